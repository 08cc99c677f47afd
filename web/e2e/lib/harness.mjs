/** One mock and one browser per test file; per test a fresh page, no cookies, nothing stored, a state of its own. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { startMock } from '../mock/server.mjs';
import { DESKTOP, newContext, PHONE, shoot, startBrowser, watchedPage } from './browser.mjs';

let counter = 0;

/** Call once at the top of a test file. */
export function useMock() {
  const here = { devices: new Map() };
  before(async () => {
    here.mock = await startMock();
    here.chromium = await startBrowser({ sharesRenderer: true });
  });
  after(async () => {
    await here.chromium?.stop();
    await here.mock?.stop();
  });
  return {
    /**
     * Opens the scenario and hands `play` the page and the mock's state of it. Fails on script errors,
     * breaches of the policy and foreign requests.
     */
    async visit(scenario, play, { viewport = PHONE, allowFaults = false, ...options } = {}) {
      counter += 1;
      const token = `${scenario}~${process.pid}-${counter}`;
      const device = await cleanDevice(here, viewport, options);
      const { page, faults } = await watchedPage(device);
      const link = `${here.mock.base}/s/${token}`;
      try {
        await page.goto(link);
        await play({
          page,
          link,
          base: here.mock.base,
          outbox: `${here.mock.base}/demo/outbox`,
          state: () => here.mock.world.states.get(token),
        });
        if (!allowFaults) assert.deepEqual(faults, []);
      } catch (error) {
        await shoot(page, `failed-${scenario.replaceAll(/\W+/g, '-')}`).catch(() => undefined);
        throw error;
      } finally {
        await page.close();
      }
    },
    get base() {
      return here.mock.base;
    },
  };
}

/**
 * A device of the given kind without cookies and storage. One page stays open on it, so that the process that draws stays
 * alive between the tests.
 */
async function cleanDevice({ devices, mock, chromium }, viewport, options) {
  const kind = JSON.stringify([viewport, options]);
  let known = devices.get(kind);
  if (!known) {
    const context = await newContext(chromium.browser, viewport, { reducedMotion: 'reduce', ...options });
    const parked = await context.newPage();
    await parked.goto(`${mock.base}/s/expired`);
    known = { context, parked };
    devices.set(kind, known);
  }
  await known.context.clearCookies();
  await known.parked.evaluate(() => localStorage.clear());
  return known.context;
}

export { DESKTOP, PHONE, shoot };
