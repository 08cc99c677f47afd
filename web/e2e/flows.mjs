/**
 * Plays people's parts in flows against a running server and keeps pictures of every page at 360, 768 and 1440 pixels.
 * The integrator's part is `scripts/e2e_flows.py`, which starts this for each visit.
 *
 * Reads from the environment:
 *   QISHU_E2E_BASE       address of the server
 *   QISHU_E2E_PLAY       `parallel`, `fill`, `sign` or `void`
 *   QISHU_E2E_LINKS      links of the people, as `pageurl` answered them, separated by blanks
 *   QISHU_E2E_NAME       beginning of the pictures' names
 *   QISHU_E2E_ARTIFACTS  folder for the pictures; default `artifacts/` beside web/
 * Ends with status 0 only if everybody got through and nothing odd happened in a page.
 */
import assert from 'node:assert/strict';
import { DESKTOP, newPage, PHONE, shoot, startBrowser, TABLET } from './lib/browser.mjs';
import { atRest, drawAndContinue, drawSignature, enterCode, firstPageDrawn, newCode, openContract, readOutbox, sheetsClosed, texts } from './lib/signer.mjs';

const base = required('QISHU_E2E_BASE');
const links = required('QISHU_E2E_LINKS').split(' ').map((link) => new URL(link, base).href);
const name = process.env.QISHU_E2E_NAME ?? required('QISHU_E2E_PLAY');
const outbox = new URL('/demo/outbox', base).href;
const plays = { parallel, fill, sign: signOne, void: agreeToVoid };

const { browser, stop } = await startBrowser();
const people = [];
try {
  for (const _ of links) people.push(await newPage(browser, PHONE));
  await plays[required('QISHU_E2E_PLAY')](people.map(({ page }) => page));
  for (const { faults } of people) assert.deepEqual(faults, []);
  console.log(`flows: ${name} played`);
} catch (error) {
  for (const [index, { page }] of people.entries()) await shoot(page, `${name}-failed-${index + 1}`).catch(() => undefined);
  throw error;
} finally {
  for (const { close } of people) await close();
  await stop();
}

/**
 * Three people have the same contract open on their phones. Each signature makes a new revision, so those who still look at
 * the old one are shown the new one before they get a code.
 */
async function parallel(pages) {
  await Promise.all(pages.map((page, index) => openContract(page, links[index])));
  await picture(pages[0], '1-contract');
  await wide(links[0], '1-contract', firstPageDrawn);
  await sign(pages[0]);
  await picture(pages[0], '2-signed');
  for (const [index, page] of pages.slice(1).entries()) {
    await drawAndContinue(page);
    await page.getByText(/已为您载入最新版本|newest version is loaded/).waitFor();
    await firstPageDrawn(page);
    await sheetsClosed(page);
    await picture(page, `3-newer-${index + 2}`);
    await confirm(page, async () => {
      await page.getByRole('button', { name: texts.sign }).click();
      await page.getByRole('button', { name: texts.next }).click();
    });
    await picture(page, `4-signed-${index + 2}`);
  }
}

/** A receiver fills in what the initiator left to them; what is missing is named first. */
async function fill([page]) {
  await page.goto(links[0]);
  await page.getByRole('heading', { name: '填写合同内容' }).waitFor();
  await picture(page, '1-form');
  await wide(links[0], '1-form', (other) => other.getByRole('heading', { name: '填写合同内容' }).waitFor());
  await page.getByRole('button', { name: '提交' }).click();
  await page.getByText('请填写此项').first().waitFor();
  await picture(page, '2-missing');
  await page.getByLabel(/岗位/).fill('高级工程师');
  await page.getByLabel(/合同起始日/).fill('2027-01-01');
  await page.getByRole('button', { name: '提交' }).click();
  await firstPageDrawn(page);
  await page.getByText(/还没有轮到您签署/).waitFor();
  await picture(page, '3-not-your-turn');
}

async function signOne([page]) {
  await openContract(page, links[0]);
  await picture(page, '1-contract');
  await wide(links[0], '1-contract', firstPageDrawn);
  await sign(page);
  await picture(page, '2-signed');
}

/** Everybody agrees to void, one after the other. */
async function agreeToVoid(pages) {
  for (const [index, page] of pages.entries()) {
    await openContract(page, links[index]);
    await page.getByText(/作废原因：/).waitFor();
    await picture(page, `1-agreement-${index + 1}`);
    if (index === 0) await wide(links[index], '1-agreement', firstPageDrawn);
    await confirm(page, async () => {
      await page.getByRole('button', { name: '同意作废', exact: true }).click();
      await page.getByRole('button', { name: texts.drawHint }).click();
      await drawSignature(page);
      await page.getByRole('button', { name: texts.done }).click();
      await page.getByRole('button', { name: texts.next }).click();
    });
    const isLast = index === pages.length - 1;
    await page.getByText(isLast ? '合同已作废' : /还需等待：.*全部签署后合同作废/).first().waitFor();
    await picture(page, `2-agreed-${index + 1}`);
  }
}

function sign(page) {
  return confirm(page, () => drawAndContinue(page));
}

/**
 * Goes on to the code, takes it from the outbox, and waits for the end. A number gets one code a minute: who signed just
 * before asks for it once the page offers that.
 */
async function confirm(page, goOn) {
  const before = await readOutbox(outbox);
  await goOn();
  const offered = page.getByRole('button', { name: /^(获取验证码|重新发送)$/ });
  const asking = offered.click({ timeout: 90_000 }).catch(() => undefined);
  const code = await newCode(outbox, before, 120_000);
  await enterCode(page, code);
  await page.getByRole('heading', { name: texts.signed }).waitFor();
  void asking;
}

async function picture(page, what) {
  await atRest(page);
  await shoot(page, `flow-${name}-${what}-360`);
}

/** The same page on a tablet and on a desktop. */
async function wide(link, what, isThere) {
  for (const viewport of [TABLET, DESKTOP]) {
    const { page, faults, close } = await newPage(browser, viewport, { touch: viewport === TABLET });
    try {
      await page.goto(link);
      await isThere(page);
      await atRest(page);
      await shoot(page, `flow-${name}-${what}-${viewport.width}`);
      assert.deepEqual(faults, []);
    } finally {
      await close();
    }
  }
}

function required(variable) {
  const value = process.env[variable];
  if (!value) {
    console.error(`${variable} is not set; see the first lines of flows.mjs`);
    process.exit(2);
  }
  return value;
}
