import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useMock } from '../lib/harness.mjs';
import { drawAndContinue, enterCode, firstPageDrawn, newCode, readOutbox, texts } from '../lib/signer.mjs';

const { visit } = useMock();

test('the token leaves the address and is kept nowhere', () =>
  visit('sign', async ({ page, link, base }) => {
    const token = decodeURIComponent(link.split('/s/')[1]);
    const later = [];
    await firstPageDrawn(page);
    page.on('request', (request) => later.push(`${request.url()} ${JSON.stringify(request.headers())}`));
    await page.getByRole('button', { name: '跳到下一处签署位置，共 3 处' }).click();
    await page.locator('[data-page="11"][data-state="drawn"]').waitFor();
    assert.equal(page.url(), `${base}/page/contract`);
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.referrer]));
    assert.ok(!kept.includes(token), kept);
    assert.deepEqual(later.filter((request) => request.includes(token)), []);
    await page.goBack().catch(() => null);
    assert.ok(!page.url().includes(token), 'not in the history');
  }));

test('opening a link changes nothing until the page asks', () =>
  visit('expired', async ({ base }) => {
    const answer = await fetch(`${base}/s/sign~untouched`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('set-cookie'), null);
  }));

const PAYLOADS = [
  '<img src=x onerror="window.hacked=1">',
  '<script>window.hacked=1</script>',
  '{{constructor.constructor("window.hacked=1")()}}',
  '"><svg onload=window.hacked=1>',
  "javascript:window.hacked=1//'",
  '{name} | {count} @:app.name',
];

test('script in any text of the contract stays text', () =>
  visit(
    'sign',
    async ({ page }) => {
      await firstPageDrawn(page);
      for (const payload of PAYLOADS) {
        await page.route('**/page/api/contract', async (route) => {
          const body = await (await route.fetch()).json();
          body.contract.subject = body.contract.sponsorName = body.contract.sn = payload;
          body.me.name = payload;
          body.parties = [{ name: payload, type: 'PERSONAL', status: payload }];
          body.documents.forEach((document) => (document.title = payload));
          body.placements.forEach((placement) => (placement.label = payload));
          body.contract.statusText = payload;
          body.contract.status = payload;
          await route.fulfill({ json: body });
        });
        await page.reload();
        await firstPageDrawn(page);
        assert.equal(await page.locator('h1').innerText(), payload);
        await page.getByRole('button', { name: '合同信息' }).click();
        await page.getByRole('dialog').getByText(payload, { exact: true }).first().waitFor();
        assert.equal(await page.evaluate(() => window.hacked), undefined, payload);
        await page.unroute('**/page/api/contract');
      }
    },
    { allowFaults: false },
  ));

test('is sent only to http addresses afterwards', () =>
  visit('sign', async ({ page, outbox }) => {
    await firstPageDrawn(page);
    await page.route('**/page/api/sign', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ json: { ...(await response.json()), callbackPage: 'javascript:window.hacked=1' } });
    });
    const before = await readOutbox(outbox);
    await drawAndContinue(page);
    await enterCode(page, await newCode(outbox, before));
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    assert.equal(await page.getByRole('button', { name: '返回' }).count(), 0);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
  }));
