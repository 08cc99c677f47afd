import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESKTOP, shoot, useMock } from '../lib/harness.mjs';
import { atRest, drawAndContinue, drawSignature, enterCode, firstPageDrawn, newCode, readOutbox, sheetsClosed, texts } from '../lib/signer.mjs';

const { visit } = useMock();

const button = (page, name) => page.getByRole('button', { name });

/** Asks for the code on the open page and enters it. */
async function signWithCode({ page, outbox }, toCodeSheet) {
  const before = await readOutbox(outbox);
  await toCodeSheet();
  await enterCode(page, await newCode(outbox, before));
}

test('a person signs on a phone', () =>
  visit('sign', async (visitor) => {
    const { page, state } = visitor;
    await firstPageDrawn(page);
    await shoot(page, 'mock-phone-contract');
    await signWithCode(visitor, () => drawAndContinue(page));
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    await shoot(page, 'mock-phone-signed');

    const [request] = state().received;
    const png = Buffer.from(request.signature.pngBase64, 'base64');
    assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
    assert.ok(png.length < 200 * 1024, `${png.length} bytes`);
    assert.equal(png[25], 6, 'colour type with alpha');
    assert.equal(request.saveSignature, false);
    assert.equal(request.placements, undefined);
    assert.equal(request.revisions.length, 2);
    assert.match(await page.locator('.done__text').innerText(), /还需等待：契书演示科技有限公司/);
  }));

test('the last signer learns that the contract is concluded, in English on a desktop', () =>
  visit(
    'last',
    async (visitor) => {
      const { page } = visitor;
      await firstPageDrawn(page);
      await button(page, 'Switch to English').click();
      await shoot(page, 'mock-desktop-contract-en');
      await signWithCode(visitor, () => drawAndContinue(page));
      await page.getByRole('heading', { name: 'You have signed' }).waitFor();
      assert.match(await page.locator('.done__text').innerText(), /Everyone has signed/);
      assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    },
    { viewport: DESKTOP },
  ));

test('the language chosen by hand survives a reload; the clean address works by cookie', () =>
  visit('sign', async ({ page, base }) => {
    await firstPageDrawn(page);
    await button(page, 'Switch to English').click();
    await page.reload();
    await firstPageDrawn(page);
    assert.equal(page.url(), `${base}/page/contract`);
    await button(page, texts.sign).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  }));

test('a saved signature is offered and named by its id', () =>
  visit('saved', async (visitor) => {
    const { page, state } = visitor;
    await firstPageDrawn(page);
    await signWithCode(visitor, async () => {
      await button(page, texts.sign).click();
      await button(page, texts.next).click();
    });
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    assert.deepEqual(state().received[0].signature, { id: '8001' });
  }));

test('a newly drawn signature can be saved, and both stay on offer', () =>
  visit('saved', async (visitor) => {
    const { page, state } = visitor;
    await firstPageDrawn(page);
    await button(page, texts.sign).click();
    await button(page, '手写签名').click();
    await drawSignature(page);
    await button(page, texts.done).click();
    await page.getByLabel('保存此签名').check();
    await page.getByLabel('已保存的签名 1').check({ force: true });
    assert.equal(await page.getByLabel('保存此签名').count(), 0);
    await page.getByLabel('刚才手写的签名').check({ force: true });
    await signWithCode(visitor, () => button(page, texts.next).click());
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    assert.equal(state().received[0].saveSignature, true);
    assert.ok(state().received[0].signature.pngBase64.length > 500);
  }));

test('the pad refuses nothing and a dot, undoes, and keeps the ink when turned', () =>
  visit('sign', async ({ page }) => {
    await firstPageDrawn(page);
    await button(page, texts.sign).click();
    await button(page, texts.drawHint).click();
    await button(page, texts.done).click();
    await page.getByText('还没有签名，请先手写姓名').waitFor();
    const pad = await page.locator('.pad__canvas').boundingBox();
    await page.waitForFunction(() => (document.querySelector('.pad__canvas')?.width ?? 0) > 300);
    await page.mouse.click(pad.x + 100, pad.y + 100);
    await button(page, texts.done).click();
    await page.getByText('签名太小或笔画太少').waitFor();
    await button(page, '撤销').click();
    assert.equal(await button(page, '撤销').isDisabled(), true);
    await drawSignature(page);
    await button(page, '横过来写').click();
    await button(page, '竖着写').click();
    await button(page, texts.done).click();
    const size = await page.locator('.chooser__preview img').evaluate((image) => ({
      width: image.naturalWidth,
      height: image.naturalHeight,
    }));
    assert.ok(size.width > size.height, `upright and trimmed: ${JSON.stringify(size)}`);
  }));

test('what is written on a turned phone arrives upright', () =>
  visit('sign', async ({ page }) => {
    await firstPageDrawn(page);
    await button(page, texts.sign).click();
    await button(page, texts.drawHint).click();
    await button(page, '横过来写').click();
    await atRest(page);
    const pad = await page.locator('.pad__canvas').boundingBox();
    // One long stroke downwards along the screen: a line from left to right for the writer.
    await page.mouse.move(pad.x + pad.width / 2, pad.y + 60);
    await page.mouse.down();
    await page.mouse.move(pad.x + pad.width / 2 + 10, pad.y + pad.height - 60, { steps: 20 });
    await page.mouse.up();
    await button(page, texts.done).click();
    const ratio = await page.locator('.chooser__preview img').evaluate((image) => image.naturalWidth / image.naturalHeight);
    assert.ok(ratio > 5, `width to height ${ratio}`);
  }));

test('the signer places the signature himself by tap, drag and keys', () =>
  visit('place', async (visitor) => {
    const { page, state } = visitor;
    await firstPageDrawn(page);
    await drawAndContinue(page);
    await button(page, '就放这里').click();
    await page.getByText('请先点按合同，选择签名位置').waitFor();
    await sheetsClosed(page);

    const sheet = await page.locator('[data-page="0"]').boundingBox();
    await page.touchscreen.tap(sheet.x + sheet.width * 0.5, sheet.y + sheet.height * 0.5);
    const box = page.locator('.placing');
    const first = await box.boundingBox();
    assert.ok(Math.abs(first.x + first.width / 2 - (sheet.x + sheet.width / 2)) < 2, 'centred on the tap');
    await page.mouse.move(first.x + 10, first.y + 10);
    await page.mouse.down();
    await page.mouse.move(first.x + 50, first.y + 40, { steps: 5 });
    await page.mouse.up();
    const dragged = await box.boundingBox();
    assert.ok(Math.abs(dragged.x - first.x - 40) < 2 && Math.abs(dragged.y - first.y - 30) < 2, 'follows the finger');
    await box.press('ArrowLeft');
    await box.press('Shift+ArrowUp');
    await shoot(page, 'mock-phone-placing');

    await signWithCode(visitor, () => button(page, '就放这里').click());
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    const [placement] = state().received[0].placements;
    assert.deepEqual([placement.documentId, placement.page, placement.width, placement.height], ['3001', 0, 112, 48]);
    const points = 595 / sheet.width;
    const expectedX = (first.x - sheet.x + 40) * points - 4;
    assert.ok(Math.abs(placement.x - expectedX) < 2, `${placement.x} against ${expectedX}`);
    const expectedY = 842 - (first.y - sheet.y + 30) * points - 48 + 24;
    assert.ok(Math.abs(placement.y - expectedY) < 2, `${placement.y} against ${expectedY}`);
  }));

test('a step without a picture goes straight to the code', () =>
  visit('nopicture', async (visitor) => {
    const { page, state } = visitor;
    await firstPageDrawn(page);
    await signWithCode(visitor, () => button(page, texts.sign).click());
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    assert.equal('signature' in state().received[0], false);
  }));

test('a link straight to signing opens the signature at once', () =>
  visit('direct', async ({ page }) => {
    await page.getByRole('dialog', { name: '确认您的签名' }).waitFor();
  }));

test('goes back to the integrator by itself, unless the person stays', () =>
  visit('callback', async (visitor) => {
    const { page, base } = visitor;
    await firstPageDrawn(page);
    await signWithCode(visitor, () => drawAndContinue(page));
    await page.getByText(/\d 秒后自动返回/).waitFor();
    await button(page, '留在此页').click();
    assert.equal(await page.getByText(/秒后自动返回/).count(), 0);
    await button(page, '返回').click();
    await page.waitForURL(`${base}/callback-target?order=42`);
  }));

test('returns when the countdown ends', () =>
  visit('callback', async (visitor) => {
    const { page, base } = visitor;
    await firstPageDrawn(page);
    await signWithCode(visitor, () => drawAndContinue(page));
    await page.waitForURL(`${base}/callback-target?order=42`, { timeout: 12_000 });
  }));

test('a link that does not say who opened it asks for a log-in first', () =>
  visit('login', async ({ page, outbox, base }) => {
    await page.getByText('此合同发给 139****0001').waitFor();
    assert.equal(page.url(), `${base}/page/contract`);
    await button(page, '获取验证码').click();
    await page.getByText('请输入正确的手机号或邮箱').waitFor();
    await page.getByLabel('手机号或邮箱').fill('13900000001');
    const before = await readOutbox(outbox);
    await button(page, '获取验证码').click();
    const code = await newCode(outbox, before);
    await shoot(page, 'mock-phone-login');
    await page.getByLabel(texts.code).fill(code === '000000' ? '111111' : '000000');
    await button(page, '查看合同').click();
    await page.getByText('还可以再试 4 次').waitFor();
    await page.getByLabel(texts.code).fill(code);
    await button(page, '查看合同').click();
    await firstPageDrawn(page);
    await button(page, texts.sign).waitFor();
  }));

test('a stranger is told the same as the right person', () =>
  visit('login', async ({ page, outbox }) => {
    const before = await readOutbox(outbox);
    await page.getByLabel('手机号或邮箱').fill('13912345678');
    await button(page, '获取验证码').click();
    await page.getByText('如果此联系方式与合同有关，验证码将发送至 139****5678').waitFor();
    assert.deepEqual(await readOutbox(outbox), before);
  }));

test('declines with a reason', () =>
  visit('sign', async ({ page, state }) => {
    await firstPageDrawn(page);
    await button(page, '拒绝签署').click();
    await page.getByText('拒签不可撤销').waitFor();
    await button(page, '确认拒签').click();
    await page.getByText('请填写拒签原因').waitFor();
    await page.getByLabel('拒签原因').fill('租'.repeat(260));
    assert.equal((await page.getByLabel('拒签原因').inputValue()).length, 200);
    await page.getByLabel('拒签原因').fill('  第三条租金与约定不符  ');
    await button(page, '确认拒签').click();
    await page.getByRole('heading', { name: '已拒绝签署' }).waitFor();
    assert.deepEqual(state().received, [{ reason: '第三条租金与约定不符' }]);
  }));

test('no way to decline where the integrator hid it', () =>
  visit('noreject', async ({ page }) => {
    await firstPageDrawn(page);
    assert.equal(await button(page, '拒绝签署').count(), 0);
  }));

test('works without cookies, download included', () =>
  visit('nocookie', async (visitor) => {
    const { page } = visitor;
    await firstPageDrawn(page);
    await signWithCode(visitor, () => drawAndContinue(page));
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    const download = page.waitForEvent('download');
    await button(page, '下载《办公用房租赁合同》').click();
    assert.equal((await download).suggestedFilename(), '办公用房租赁合同.pdf');
  }));
