import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESKTOP, shoot, useMock } from '../lib/harness.mjs';
import { firstPageDrawn, texts } from '../lib/signer.mjs';

const { visit } = useMock();
const button = (page, name) => page.getByRole('button', { name });
const scroller = (page) => page.getByRole('region', { name: /合同正文|Contract text/ });
const drawn = (page, number) => page.locator(`[data-page="${number - 1}"][data-state="drawn"]`);

test('a long contract exists and is drawn only near the window', () =>
  visit('long', async ({ page }) => {
    const ranges = [];
    page.on('request', (request) => {
      if (request.url().includes('/file')) ranges.push(request.headers().range);
    });
    await firstPageDrawn(page);
    assert.ok((await page.locator('[data-page]').count()) <= 6);
    await page.getByText('1 / 240').waitFor();
    const height = await scroller(page).evaluate((element) => element.scrollHeight);
    await scroller(page).evaluate((element) => element.scrollTo({ top: element.scrollHeight, behavior: 'instant' }));
    await drawn(page, 240).waitFor();
    await page.getByText('240 / 240').waitFor();
    assert.ok((await page.locator('[data-page]').count()) <= 6);
    assert.equal(await page.locator('[data-page="0"]').count(), 0, 'pages far away are gone');
    const after = await scroller(page).evaluate((element) => element.scrollHeight);
    assert.equal(after, height, 'placeholders had the right proportions');
    assert.ok(ranges.length > 0 && ranges.every(Boolean), 'every request for the file names a range');
  }));

test('characters of a font that is not embedded are drawn', () =>
  visit('single', async ({ page }) => {
    await firstPageDrawn(page);
    const ink = await page.locator('[data-page="0"] canvas').evaluate((canvas) => {
      // The title: 8 characters of 22 points, 90 points below the upper edge.
      const scale = canvas.width / 595;
      const { data } = canvas.getContext('2d').getImageData(210 * scale, 70 * scale, 176 * scale, 26 * scale);
      let dark = 0;
      for (let index = 0; index < data.length; index += 4) if (data[index] < 128) dark += 1;
      return dark / (data.length / 4);
    });
    assert.ok(ink > 0.05, `share of dark pixels in the title: ${ink}`);
    await page.getByText('第一条').first().waitFor({ state: 'attached' });
  }));

test('a faxed scan is drawn: its decoder may run under the policy', () =>
  visit('scan', async ({ page }) => {
    await firstPageDrawn(page);
    const pixel = await page.locator('[data-page="0"] canvas').evaluate((canvas) => {
      const scale = canvas.width / 595;
      return [...canvas.getContext('2d').getImageData(492 * scale, 770 * scale, 1, 1).data];
    });
    assert.deepEqual(pixel, [0, 0, 0, 255]);
  }));

test('jumps from place to place, across documents, and marks them', () =>
  visit('sign', async ({ page }) => {
    await firstPageDrawn(page);
    const jump = button(page, /跳到下一处签署位置，共 3 处/);
    await jump.click();
    await drawn(page, 12).waitFor();
    await page.waitForFunction(() => {
      const { top } = document.querySelector('.place')?.getBoundingClientRect() ?? { top: 9999 };
      return top > 150 && top < 600;
    });
    const [mark, sheet] = await page.evaluate(() =>
      ['.place[aria-label="个人签名"]', '[data-page="11"]'].map((name) => document.querySelector(name).getBoundingClientRect().toJSON()),
    );
    assert.ok(Math.abs((mark.x - sheet.x) / sheet.width - 400 / 595) < 0.005, 'left edge');
    assert.ok(Math.abs((mark.y - sheet.y) / sheet.height - (842 - 215 - 48) / 842) < 0.005, 'upper edge');
    await jump.click();
    await jump.click();
    await page.getByRole('tab', { name: /附件一/, selected: true }).waitFor();
    await page.getByText('1 / 1', { exact: true }).waitFor();
  }));

test('the list of places leads there', () =>
  visit('sign', async ({ page }) => {
    await firstPageDrawn(page);
    await button(page, '合同信息').click();
    const details = page.getByRole('dialog', { name: '合同信息' });
    await details.getByText('2026年12月31日 18:00').waitFor();
    await shoot(page, 'mock-phone-details');
    await button(page, /签署日期.*第 12 页/).click();
    await details.waitFor({ state: 'detached' });
    await drawn(page, 12).waitFor();
  }));

test('zooms by button, wheel and two fingers around the same point', () =>
  visit('sign', async ({ page }) => {
    await firstPageDrawn(page);
    const width = () => page.locator('[data-page="0"]').evaluate((element) => element.offsetWidth);
    const before = await width();
    await button(page, '放大').click();
    assert.ok(Math.abs((await width()) / before - 1.25) < 0.01);
    await button(page, /适合宽度/).click();
    assert.equal(await width(), before);
    await scroller(page).evaluate((element) =>
      element.dispatchEvent(new WheelEvent('wheel', { deltaY: -150, ctrlKey: true, clientX: 180, clientY: 300, cancelable: true })),
    );
    await page.waitForFunction((start) => document.querySelector('[data-page="0"]').offsetWidth > start * 1.3, before);
    await button(page, /适合宽度/).click();

    const session = await page.context().newCDPSession(page);
    const touch = (type, ...points) => session.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
    await touch('touchStart', [150, 350], [210, 350]);
    for (let spread = 40; spread <= 90; spread += 10) {
      await touch('touchMove', [180 - spread, 350], [180 + spread, 350]);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
    await touch('touchEnd');
    assert.ok((await width()) > before * 1.8, 'pinched open');
    // Drawn anew, as sharp as before.
    await page.waitForFunction(() => {
      const canvas = document.querySelector('[data-page="0"] canvas');
      return canvas.width > canvas.offsetWidth * 1.5;
    });
  }));

test('signing is impossible while the file cannot be read', () =>
  visit('sign', async ({ page }) => {
    await firstPageDrawn(page);
    await page.route('**/file?*', (route) => route.fulfill({ status: 500, body: '{}' }));
    await page.reload();
    await page.getByText('合同文件未能打开').waitFor();
    assert.equal(await button(page, texts.sign).isDisabled(), true);
    await page.unroute('**/file?*');
    await button(page, '重试').click();
    await firstPageDrawn(page);
    assert.equal(await button(page, texts.sign).isDisabled(), false);
  }));

test('a file of another revision than the one announced is never shown', () =>
  visit('sign', async ({ page, state }) => {
    await firstPageDrawn(page);
    let served = 0;
    await page.route('**/page/api/contract', async (route) => {
      const response = await route.fetch();
      served += 1;
      // Between the two requests somebody else signs.
      if (served === 1) state().edition += 1;
      await route.fulfill({ response });
    });
    await page.reload();
    await page.getByText('已为您载入最新版本').waitFor();
    await firstPageDrawn(page);
    assert.equal(served, 2);
    await page.getByText('版本：第 2 版').first().waitFor({ state: 'attached' });
  }));

test('the view page offers what the link allows', async () => {
  await visit('viewplain', async ({ page }) => {
    await firstPageDrawn(page);
    for (const name of ['下载', '打印', '签署合同', '拒绝签署']) {
      assert.equal(await button(page, name).count(), 0, name);
    }
  });
  await visit(
    'view',
    async ({ page, state }) => {
      await firstPageDrawn(page);
      await shoot(page, 'mock-desktop-view');
      const first = page.waitForEvent('download');
      const second = page.waitForEvent('download', { predicate: async (download) => download !== (await first) });
      await button(page, '下载').click();
      const downloads = (await Promise.all([first, second])).map((download) => download.suggestedFilename());
      assert.deepEqual(downloads.sort(), ['办公用房租赁合同.pdf', '附件一：房屋交接清单.pdf'].sort());
      await page.evaluate(() => {
        window.print = () => {
          window.printedPages = document.querySelectorAll('#print-area img').length;
        };
      });
      const recorded = page.waitForResponse('**/page/api/print');
      await button(page, '打印').click();
      await page.waitForFunction(() => window.printedPages === 13, null, { timeout: 30_000 });
      assert.equal(await page.locator('#print-area').count(), 0, 'cleaned up');
      await recorded;
      assert.equal(state().printed, true, 'the printing is recorded');
    },
    { viewport: DESKTOP },
  );
});

test('an application colour too light to read is darkened', () =>
  visit('orange', async ({ page }) => {
    await firstPageDrawn(page);
    const color = await page.locator('html').evaluate((root) => root.style.getPropertyValue('--brand'));
    assert.match(color, /^#[0-9a-f]{6}$/);
    assert.notEqual(color, '#ff9900');
  }));
