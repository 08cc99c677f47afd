import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { DESKTOP, PHONE, useMock } from '../lib/harness.mjs';
import { atRest, drawAndContinue, drawSignature, enterCode, firstPageDrawn, newCode, readOutbox, texts } from '../lib/signer.mjs';

const { visit } = useMock();
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const button = (page, name) => page.getByRole('button', { name });

/** Fails on any finding of the WCAG 2.2 A and AA rules that axe calls serious or critical. */
async function checkView(page, name) {
  await atRest(page);
  if (await page.evaluate(() => !window.axe)) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  const found = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${name}: ${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
  assert.deepEqual(found, []);
}

for (const [screen, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
  test(`no serious finding on the way through signing: ${screen}`, () =>
    visit(
      'saved',
      async ({ page, outbox }) => {
        await firstPageDrawn(page);
        await checkView(page, 'contract');
        if (screen === 'phone') {
          await button(page, '合同信息').click();
          await checkView(page, 'details');
          await button(page, '关闭').click();
        }
        await button(page, '拒绝签署').click();
        await button(page, '确认拒签').click();
        await checkView(page, 'decline');
        await button(page, '再想想').click();
        await button(page, texts.sign).click();
        await checkView(page, 'signature');
        await button(page, '手写签名').click();
        await checkView(page, 'pad');
        await drawSignature(page);
        await button(page, texts.done).click();
        const before = await readOutbox(outbox);
        await button(page, texts.next).click();
        const code = await newCode(outbox, before);
        await enterCode(page, code === '000000' ? '111111' : '000000');
        await page.getByText('还可以再试 4 次').waitFor();
        await checkView(page, 'code');
        await enterCode(page, code);
        await page.getByRole('heading', { name: texts.signed }).waitFor();
        await checkView(page, 'signed');
        await button(page, '查看合同').click();
        await firstPageDrawn(page);
        await checkView(page, 'afterwards');
      },
      { viewport },
    ));
}

test('no serious finding on the other views', async () => {
  for (const scenario of ['view', 'notyourturn', 'orange', 'english']) {
    await visit(scenario, async ({ page }) => {
      await firstPageDrawn(page);
      await checkView(page, scenario);
    });
  }
  await visit('expired', async ({ page }) => {
    await page.getByText('链接已失效').waitFor();
    await checkView(page, 'expired');
  });
  await visit('login', async ({ page }) => {
    await page.getByLabel('手机号或邮箱').fill('13900000001');
    await button(page, '获取验证码').click();
    await page.getByLabel(texts.code).waitFor();
    await checkView(page, 'login');
  });
  await visit('place', async ({ page }) => {
    await firstPageDrawn(page);
    await drawAndContinue(page);
    await checkView(page, 'placing');
  });
});

test('signs with the keyboard alone, placing included', () =>
  visit(
    'place',
    async ({ page, outbox, state }) => {
      await firstPageDrawn(page);
      // Drawing needs a pointer; everything else is done with keys.
      await button(page, texts.sign).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: '确认您的签名' }).waitFor();
      await page.keyboard.press('Enter');
      await drawSignature(page);
      await button(page, texts.done).focus();
      await page.keyboard.press('Enter');
      await button(page, texts.next).focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement?.classList.contains('viewer__scroller'));
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement?.classList.contains('placing'));
      await page.keyboard.press('ArrowDown');
      await page.getByText(/签名位于第 1 页/).waitFor({ state: 'attached' });
      const before = await readOutbox(outbox);
      await button(page, '就放这里').focus();
      await page.keyboard.press('Enter');
      const code = await newCode(outbox, before);
      await page.waitForFunction(() => document.activeElement?.classList.contains('code__input'));
      await page.keyboard.type(code);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: texts.signed }).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), '签署成功');
      assert.equal(state().received[0].placements.length, 1);
    },
    { viewport: DESKTOP },
  ));

test('a sheet holds the focus, lets go with Escape, and gives it back', () =>
  visit('sign', async ({ page }) => {
    await firstPageDrawn(page);
    await button(page, '拒绝签署').focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: '拒绝签署' });
    await dialog.waitFor();
    for (let press = 0; press < 9; press += 1) {
      await page.keyboard.press(press % 3 === 2 ? 'Shift+Tab' : 'Tab');
      assert.equal(await dialog.evaluate((element) => element.contains(document.activeElement)), true);
    }
    assert.equal(await page.locator('#app').getAttribute('inert'), '');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await page.locator('#app').getAttribute('inert'), null);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), '拒绝签署');
  }));

test('tabs move with the arrow keys', () =>
  visit('sign', async ({ page }) => {
    await firstPageDrawn(page);
    await page.getByRole('tab', { selected: true }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: /附件一/, selected: true }).waitFor();
    await page.keyboard.press('Home');
    await page.getByRole('tab', { name: /办公用房租赁合同/, selected: true }).waitFor();
  }));

test('nothing is cut off at 320 pixels or with text twice as large', async () => {
  const overflows = (page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await visit(
    'english',
    async ({ page }) => {
      await firstPageDrawn(page);
      assert.ok((await overflows(page)) <= 0);
      await drawAndContinue(page);
      await page.getByLabel(texts.code).waitFor();
      assert.ok((await overflows(page)) <= 0);
    },
    { viewport: { width: 320, height: 640 } },
  );
});
