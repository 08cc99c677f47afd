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

/**
 * One per way in: markup, attributes, broken quoting, other alphabets; addresses; templates and entities. What stands
 * in one list goes into one text; addresses only count when they are all of it.
 */
const PAYLOADS = [
  [
    '<script>window.hacked=1</script>',
    '<img src=x onerror="window.hacked=1">',
    '<svg onload=window.hacked=1>',
    '"><svg onload=window.hacked=1>',
    "'><img src=x onerror='window.hacked=1'>",
    '<body onload=window.hacked=1>',
    '<details open ontoggle=window.hacked=1>x</details>',
    '<input autofocus onfocus=window.hacked=1>',
    '<video><source onerror=window.hacked=1></video>',
    '<math><mtext><img src=x onerror=window.hacked=1></mtext></math>',
    '<a href="javascript:window.hacked=1">x</a>',
    '<form action="javascript:window.hacked=1"><button>x</button></form>',
  ],
  [
    '<iframe srcdoc="<script>parent.hacked=1</script>"></iframe>',
    '<iframe src="javascript:parent.hacked=1"></iframe>',
    '<object data="javascript:window.hacked=1"></object>',
    '<style>@import "javascript:window.hacked=1";</style>',
    '<meta http-equiv="refresh" content="0;url=javascript:window.hacked=1">',
    '<template><script>window.hacked=1</script></template>',
    '＜script＞window.hacked=1＜/script＞<scr<script>ipt>window.hacked=1</scr</script>ipt>',
  ],
  ["javascript:window.hacked=1//'"],
  ['data:text/html,<script>opener.hacked=1</script>'],
  [
    '{{constructor.constructor("window.hacked=1")()}}',
    '${window.hacked=1}',
    '{name} | {count} @:app.name',
    '&lt;script&gt;window.hacked=1&lt;/script&gt;',
  ],
].map((texts) => texts.join(' '));

/** Puts `payload` into every text of an answer that people read. */
function poison(body, payload) {
  const isCode = (key) =>
    /^(id|stepId|sealId|documentId|signatoryId|actionId|revision|type|kind|status|purpose|mode|lang|session|dataUrl|themeColor|placementKind|pageType|refusalCode|expireTime|expireDate|endDate|completeTime|openDocumentId)$/.test(key);
  const walk = (value, key) => {
    if (typeof value === 'string') return isCode(key) ? value : payload;
    if (Array.isArray(value)) return key === 'datePatterns' || key === 'later' ? value : value.map((one) => walk(one, key));
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, name)]));
    return value;
  };
  return walk(body, '');
}

/** Opens the scenario once per payload, lets `look` open everything that shows texts, and checks that nothing ran. */
async function showPoisoned(page, path, look) {
  for (const payload of PAYLOADS) {
    await page.route(path, async (route) => {
      const body = await (await route.fetch()).json();
      await route.fulfill({ json: poison(body, payload) });
    });
    await page.reload();
    await firstPageDrawn(page);
    assert.equal(await page.locator('h1').innerText(), payload);
    await look(payload);
    assert.equal(await page.evaluate(() => window.hacked), undefined, payload);
    await page.unroute(path);
  }
}

test('script in any text of the contract stays text', () =>
  visit('sign', ({ page }) =>
    showPoisoned(page, '**/page/api/contract', async (payload) => {
      await page.getByRole('button', { name: '合同信息' }).click();
      await page.getByRole('dialog').getByText(payload, { exact: true }).first().waitFor();
    }),
  ));

test('script in the texts of a company step stays text', () =>
  visit('outside', ({ page }) =>
    showPoisoned(page, '**/page/api/contract', async (payload) => {
      await page.getByRole('button', { name: '更多操作' }).click();
      await page.getByRole('button', { name: '签署进度' }).click();
      await page.getByRole('dialog').getByText(payload).first().waitFor();
    }),
  ));

test('script in the texts of a draft stays text', () =>
  visit('appoint', ({ page }) =>
    showPoisoned(page, '**/page/api/appoint', async (payload) => {
      assert.ok((await page.locator('select option').first().innerText()).includes(payload.trim()));
      await page.getByRole('button', { name: '发起合同' }).click();
      await page.getByRole('dialog').getByText(payload).first().waitFor();
    }),
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
