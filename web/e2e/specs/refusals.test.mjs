/** Every refusal of the API, seen by the person, in both languages. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useMock } from '../lib/harness.mjs';
import { drawAndContinue, enterCode, firstPageDrawn, newCode, readOutbox, sheetsClosed, texts } from '../lib/signer.mjs';

const { visit } = useMock();
const button = (page, name) => page.getByRole('button', { name });
const seen = (page, text) => page.getByText(text).first().waitFor();
const languages = [
  ['cn', 0],
  ['en', 1],
];

async function inLanguage(page, language) {
  await page.locator('h1').first().waitFor();
  if (language === 'en') await button(page, 'Switch to English').click();
}

async function toCodeSheet(page, language) {
  await firstPageDrawn(page);
  await inLanguage(page, language);
  await drawAndContinue(page);
}

describe('a link that no longer works', () => {
  for (const [language, index] of languages) {
    test(language, () =>
      visit('expired', async ({ page }) => {
        await inLanguage(page, language);
        await seen(page, ['链接已失效', 'This link no longer works'][index]);
        assert.equal(await button(page, texts.sign).count(), 0);
      }),
    );
  }
});

test('the clean address without a session says that the page has expired', () =>
  visit('expired', async ({ page, base }) => {
    await page.goto(`${base}/page/contract`);
    await seen(page, '页面已过期');
  }));

test('no connection: says so and tries again', () =>
  visit('sign', async ({ page }) => {
    await firstPageDrawn(page);
    await page.route('**/page/api/**', (route) => route.abort());
    await page.reload();
    await seen(page, '网络不通');
    await page.unroute('**/page/api/**');
    await button(page, '重试').click();
    await firstPageDrawn(page);
  }));

describe('who may not sign sees why, and the contract', () => {
  const cases = {
    notyourturn: ['还没有轮到您签署', 'not your turn yet'],
    signed: ['您已签署过此合同', 'already signed'],
    closed: ['合同已结束', 'has ended'],
  };
  for (const [scenario, words] of Object.entries(cases)) {
    for (const [language, index] of languages) {
      test(`${scenario} ${language}`, () =>
        visit(scenario, async ({ page }) => {
          await firstPageDrawn(page);
          await inLanguage(page, language);
          await seen(page, words[index]);
          assert.equal(await button(page, texts.sign).count(), 0);
        }));
    }
  }
});

describe('wrong codes', () => {
  for (const [language, index] of languages) {
    test(`counts the tries, then voids the code: ${language}`, () =>
      visit('sign', async ({ page, outbox, state }) => {
        const before = await readOutbox(outbox);
        await toCodeSheet(page, language);
        const right = await newCode(outbox, before);
        const wrong = right === '000000' ? '111111' : '000000';
        for (const left of [4, 3, 2, 1]) {
          await enterCode(page, wrong);
          await seen(page, [`还可以再试 ${left} 次`, left === 1 ? 'One more try' : `${left} more tries`][index]);
          assert.equal(await page.getByLabel(texts.code).inputValue(), '', 'emptied for the next try');
        }
        await enterCode(page, wrong);
        await seen(page, ['此验证码已作废。请在 55 秒后重新获取', 'this code is void. You can request a new one in 55 s'][index]);
        assert.equal(await page.getByLabel(texts.code).getAttribute('aria-invalid'), 'true');
        assert.deepEqual(state().received, []);
      }));
  }

  test('an incomplete code is not sent', () =>
    visit('sign', async ({ page }) => {
      await toCodeSheet(page, 'cn');
      await page.getByLabel(texts.code).fill('12345');
      const requests = [];
      page.on('request', (request) => requests.push(request.url()));
      await button(page, texts.confirm).click();
      await seen(page, '请输入 6 位验证码');
      assert.deepEqual(requests.filter((url) => url.endsWith('/sign')), []);
    }));

  test('an expired code can be replaced', () =>
    visit('sign!sign=CODE_EXPIRED', async ({ page }) => {
      await toCodeSheet(page, 'cn');
      await enterCode(page, '123456');
      await seen(page, '验证码已过期，请重新获取');
      await page.getByText(/秒后可重新发送/).waitFor();
    }));

  test('an expired code in English', () =>
    visit('sign!sign=CODE_EXPIRED', async ({ page }) => {
      await toCodeSheet(page, 'en');
      await enterCode(page, '123456');
      await seen(page, 'The code has expired');
    }));
});

describe('too many requests', () => {
  for (const [language, index] of languages) {
    test(language, () =>
      visit('sign!code=TOO_OFTEN', async ({ page }) => {
        await toCodeSheet(page, language);
        await seen(page, ['请在 90 秒后再试', 'try again in 90 s'][index]);
        await seen(page, [/(8|9)\d 秒后可重新发送/, /Send again in (8|9)\d s/][index]);
      }),
    );
  }
});

describe('the contract moved on while the person was signing', () => {
  const cases = {
    REVISION_CHANGED: ['已为您载入最新版本', 'newest version is loaded', true],
    NOT_YOUR_TURN: ['还没有轮到您签署', 'not your turn yet', false],
    ALREADY_SIGNED: ['您已签署过此合同', 'already signed', false],
    CONTRACT_CLOSED: ['合同已结束', 'has ended', false],
  };
  for (const [code, [zh, en, mayStillSign]] of Object.entries(cases)) {
    for (const [operation, language] of [
      ['sign', 'cn'],
      ['code', 'en'],
    ]) {
      test(`${code} at ${operation}`, () =>
        visit(`sign!${operation}=${code}`, async ({ page }) => {
          await toCodeSheet(page, language);
          if (operation === 'sign') await enterCode(page, '123456');
          await seen(page, language === 'en' ? en : zh);
          await firstPageDrawn(page);
          await sheetsClosed(page);
          assert.equal(await button(page, texts.sign).count(), mayStillSign ? 1 : 0);
        }));
    }
  }

  test('the new revision is the one signed afterwards, with the signature already drawn', () =>
    visit('sign!sign=REVISION_CHANGED', async ({ page, outbox, state }) => {
      await toCodeSheet(page, 'cn');
      await enterCode(page, '123456');
      await seen(page, '已为您载入最新版本');
      await firstPageDrawn(page);
      const before = await readOutbox(outbox);
      await button(page, texts.sign).click();
      await button(page, texts.next).click();
      // A code was sent less than a minute ago: the next one is asked for by hand once that has passed.
      await page.getByText(/秒后可重新发送/).waitFor();
      assert.equal((await readOutbox(outbox)).length, before.length);
      assert.deepEqual(state().received, []);
    }));
});

test('session lost while signing', () =>
  visit('sign!sign=SESSION_EXPIRED', async ({ page }) => {
    await toCodeSheet(page, 'cn');
    await enterCode(page, '123456');
    await seen(page, '页面已过期');
  }));

test('link ended while signing', () =>
  visit('sign!sign=LINK_EXPIRED', async ({ page }) => {
    await toCodeSheet(page, 'en');
    await enterCode(page, '123456');
    await seen(page, 'This link no longer works');
  }));

test('a missing picture leads back to the signature', () =>
  visit('sign!sign=PICTURE_REQUIRED', async ({ page }) => {
    await toCodeSheet(page, 'cn');
    await enterCode(page, '123456');
    await page.getByRole('dialog', { name: '确认您的签名' }).waitFor();
    await seen(page, '签署此合同需要您的签名');
  }));

test('a missing place leads to choosing one', () =>
  visit('sign!sign=PLACEMENT_REQUIRED', async ({ page }) => {
    await toCodeSheet(page, 'cn');
    await enterCode(page, '123456');
    await seen(page, '请先在合同上选择签名的位置');
    await button(page, '就放这里').waitFor();
  }));

test('an unknown refusal is told in the words of the server', () =>
  visit('sign!sign=QUOTA_EMPTY', async ({ page }) => {
    await toCodeSheet(page, 'cn');
    await enterCode(page, '123456');
    await seen(page, '服务器拒绝：QUOTA_EMPTY');
  }));

test('declining too often, then again', () =>
  visit('sign!reject=TOO_OFTEN', async ({ page }) => {
    await firstPageDrawn(page);
    await button(page, '拒绝签署').click();
    await page.getByLabel('拒签原因').fill('不同意');
    await button(page, '确认拒签').click();
    await seen(page, '操作太频繁，请在 90 秒后再试');
    await button(page, '确认拒签').click();
    await seen(page, '已拒绝签署');
  }));

test('the answer got lost but the signature was made: the page finds out', () =>
  visit('sign!sign=LOST', async ({ page, outbox, state }) => {
    const before = await readOutbox(outbox);
    await toCodeSheet(page, 'cn');
    await enterCode(page, await newCode(outbox, before));
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    assert.equal(state().received.length, 1);
  }));

test('the request got lost: nothing was signed, trying again works', () =>
  visit('sign', async ({ page, outbox, state }) => {
    await page.route('**/page/api/sign', (route) => route.abort(), { times: 1 });
    const before = await readOutbox(outbox);
    await toCodeSheet(page, 'cn');
    const code = await newCode(outbox, before);
    await enterCode(page, code);
    await seen(page, '网络不通，请检查网络后重试');
    await enterCode(page, code);
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    assert.equal(state().received.length, 1);
  }));
