/** One mock and one browser per test file, one fresh page and state per test. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { startMock } from '../mock/server.mjs';
import { DESKTOP, newPage, PHONE, shoot, startBrowser } from './browser.mjs';

let counter = 0;

/** Call once at the top of a test file. */
export function useMock() {
  const here = {};
  before(async () => {
    here.mock = await startMock();
    here.chromium = await startBrowser();
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
      const { page, faults, close } = await newPage(here.chromium.browser, viewport, options);
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
        await close();
      }
    },
    get base() {
      return here.mock.base;
    },
  };
}

export { DESKTOP, PHONE, shoot };
