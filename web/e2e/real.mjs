/**
 * Plays the signer's part against a running server, at phone size, and keeps pictures of every step.
 *
 * Reads from the environment:
 *   QISHU_E2E_BASE       address of the server (`http://127.0.0.1:8080`)
 *   QISHU_E2E_LINK       the signer's link, as `pageurl` answered it (an address or a path)
 *   QISHU_E2E_OUTBOX     where simulated messages are listed; default `<base>/demo/outbox`
 *   QISHU_E2E_VIEW_LINK  optional: a link of `viewurl`, opened afterwards on a desktop
 *   QISHU_E2E_ARTIFACTS  folder for the pictures; default `artifacts/` beside web/
 * Ends with status 0 only if the contract was signed and nothing odd happened in the page.
 */
import assert from 'node:assert/strict';
import { DESKTOP, newPage, PHONE, shoot, startBrowser } from './lib/browser.mjs';
import { drawSignature, enterCode, firstPageDrawn, newCode, openContract, readOutbox, sheetsClosed, texts } from './lib/signer.mjs';

const base = required('QISHU_E2E_BASE');
const link = new URL(required('QISHU_E2E_LINK'), base).href;
const outbox = process.env.QISHU_E2E_OUTBOX ?? new URL('/demo/outbox', base).href;
const viewLink = process.env.QISHU_E2E_VIEW_LINK;

const { browser, stop } = await startBrowser();
try {
  await playSigner();
  if (viewLink) await playViewer(new URL(viewLink, base).href);
  console.log('e2e: signed');
} finally {
  await stop();
}

async function playSigner() {
  const { page, faults, close } = await newPage(browser, PHONE);
  const button = (name) => page.getByRole('button', { name });
  try {
    await step(page, '01-contract', () => openContract(page, link));
    assert.ok(!page.url().includes('/s/'), 'the address is clean');
    const jump = page.locator('.controls__jump');
    if ((await jump.count()) > 0) {
      await step(page, '02-my-place', async () => {
        await jump.click();
        await page.locator('.place').first().waitFor();
        await page.waitForTimeout(800);
      });
    }
    await step(page, '03-signature', () => button(texts.sign).click());
    await step(page, '04-pad', async () => {
      await button(/点此手写您的姓名|手写签名|Tap here to write your name|Draw a signature/).first().click();
      await drawSignature(page);
    });
    await step(page, '05-chosen', () => button(texts.done).click());
    const before = await readOutbox(outbox);
    await button(texts.next).click();
    await placeIfAsked(page);
    const code = await newCode(outbox, before);
    await step(page, '06-wrong-code', async () => {
      await enterCode(page, code === '000000' ? '111111' : '000000');
      await page.getByText(/验证码不正确|code is not right/).waitFor();
    });
    await step(page, '07-signed', async () => {
      await enterCode(page, code);
      await page.getByRole('heading', { name: texts.signed }).waitFor();
    });
    assert.deepEqual(faults, []);
  } catch (error) {
    await shoot(page, 'e2e-failed').catch(() => undefined);
    throw error;
  } finally {
    await close();
  }
}

/** Taps the middle of the page on the screen when the contract has no fixed place for the signature. */
async function placeIfAsked(page) {
  const confirm = page.getByRole('button', { name: /就放这里|Place it here/ });
  await confirm.or(page.getByLabel(texts.code)).first().waitFor();
  if ((await confirm.count()) === 0) return;
  await sheetsClosed(page);
  await page.touchscreen.tap(PHONE.width / 2, PHONE.height / 2);
  await confirm.click();
}

async function playViewer(address) {
  const { page, faults, close } = await newPage(browser, DESKTOP);
  try {
    await step(page, '08-view', async () => {
      await page.goto(address);
      await firstPageDrawn(page);
    });
    assert.deepEqual(faults, []);
  } finally {
    await close();
  }
}

async function step(page, name, play) {
  await play();
  await page.waitForTimeout(350);
  await shoot(page, `e2e-${name}`);
}

function required(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`${name} is not set; see the first lines of real.mjs`);
    process.exit(2);
  }
  return value;
}
