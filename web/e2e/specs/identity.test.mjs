/** Pages about who somebody is, at phone size with Chromium's fake camera. The answers are those of the server's own tests. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startMock } from '../mock/server.mjs';
import { DESKTOP, newPage, PHONE, shoot, startBrowser } from '../lib/browser.mjs';

const frame = { lang: 'cn', themeColor: null, callbackPage: null, callbackTrusted: false, closeButton: true, platformName: '人事系统', simulated: true };
const open = (shown = null, locked = false) => ({ shown, locked });
const person = {
  state: 'OPEN', contact: '138****0001', paperType: 'IDCARD', offered: ['IVS', 'BANK'], passedBy: null, record: null,
  fields: { username: open('周舟', true), idCardNo: open(), mobile: open('138****0001', true), bankNo: open(), bankMobile: open() },
  failed: null, reason: null, elsewhere: null, photos: [], until: null, dataConsent: 'IDENTITY-1', faceConsent: 'FACE-1', simulated: true,
};
const company = {
  state: 'ISSUED', reason: null, companyName: '新锐科技有限公司', registerNo: '91310000MA1NEWCO01', legalPerson: null,
  legalContact: null, license: false, locked: ['registerNo'], applicant: '周舟', contact: '138****0001', applicantProven: true,
  letter: null, payment: null, paymentAsked: true, open: true, simulated: true,
};

const here = {};
before(async () => {
  here.mock = await startMock();
  here.chromium = await startBrowser({ hasCamera: true });
});
after(async () => {
  await here.chromium?.stop();
  await here.mock?.stop();
});

/** Opens a page whose server is `answer(action, body)`; an answer with a `code` is a refusal. */
async function visit(purpose, shown, answer, play, viewport = PHONE) {
  const { page, faults, close } = await newPage(here.chromium.browser, viewport);
  const sent = [];
  const reply = (route, body) => route.fulfill({ status: body.code ? 409 : 200, json: body });
  const world = { shown };
  const full = () => ({ ...frame, purpose, shown: world.shown });
  await page.route('**/page/api/open', (route) => reply(route, { purpose, session: 's', lang: 'cn', themeColor: null }));
  await page.route('**/page/api/identity**', async (route) => {
    const request = route.request();
    const action = new URL(request.url()).pathname.split('/identity')[1].slice(1);
    if (request.method() === 'GET') return reply(route, full());
    const body = request.headers()['content-type'].includes('json') ? request.postDataJSON() : null;
    sent.push({ action, ...body });
    if (action.endsWith('code')) return reply(route, { sentTo: '138****0001', retryAfterSeconds: 60, expiresInSeconds: 300, simulated: true });
    const told = answer(action, body, world);
    return reply(route, told ?? full());
  });
  try {
    await page.goto(`${here.mock.base}/s/identity`);
    await page.locator('.identity__title').waitFor();
    assert.ok(!page.url().includes('/s/'), 'the address is clean');
    await play({ page, sent, button: (name) => page.getByRole('button', { name }) });
    const overflows = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    assert.equal(overflows, false, 'nothing lies outside the screen');
    assert.deepEqual(faults, []);
  } catch (error) {
    await shoot(page, `failed-identity-${purpose}`).catch(() => undefined);
    throw error;
  } finally {
    await close();
  }
}

test('three elements fail with words that help, then a face is compared and passes', () =>
  visit(
    'PERSON_AUTH',
    person,
    (action, body, world) => {
      if (action === 'result') {
        world.shown = { ...person, state: 'PASSED', passedBy: 'FACE', record: { name: '周舟', idCardNo: '110****002X' } };
        return null;
      }
      if (body.mode === 'FACE') return { purpose: 'ELSEWHERE', pageUrl: null };
      world.shown = { ...person, failed: { mode: 'IVS', fields: ['mobile'] }, offered: ['IVS', 'FACE', 'BANK'] };
      return null;
    },
    async ({ page, sent, button }) => {
      await page.locator('[data-field="idCardNo"]').fill('11010519491231002X');
      await button('开始认证').click();
      await page.getByText('请先勾选同意').waitFor();
      await page.getByRole('checkbox').check();
      await button('获取验证码').click();
      await page.getByText('验证码已发送至 138****0001').waitFor();
      await page.getByLabel('6 位验证码').fill('123456');
      await button('开始认证').click();
      await page.getByText('手机号与核验机构的记录不一致').waitFor();
      await button('人脸识别').click();
      assert.equal(await page.getByRole('checkbox').isChecked(), false, 'another consent');
      await page.getByRole('checkbox').check();
      await page.getByLabel('6 位验证码').fill('654321');
      await button('开始人脸识别').click();
      const video = page.locator('video');
      await video.waitFor();
      await page.waitForFunction(() => document.querySelector('video').videoWidth > 0);
      await button('完成').click();
      await page.getByText('110****002X').waitFor();
      const checks = sent.filter(({ action }) => action === 'check');
      assert.deepEqual(checks, [
        { action: 'check', mode: 'IVS', idCardNo: '11010519491231002X', code: '123456', consent: 'IDENTITY-1' },
        { action: 'check', mode: 'FACE', idCardNo: '11010519491231002X', code: '654321', consent: 'FACE-1' },
      ]);
    },
  ));

test('pictures are handed over to the staff', () =>
  visit(
    'PERSON_AUTH',
    { ...person, offered: ['MANUAL'], paperType: 'PASSPORT' },
    (action, body, world) => {
      const photos = action === 'photos/front' ? ['FRONT'] : world.shown.photos;
      world.shown = { ...world.shown, photos, state: action === 'check' ? 'REVIEWING' : 'OPEN' };
      return null;
    },
    async ({ page, button }) => {
      await page.getByText('护照').waitFor();
      const picture = { name: 'p.png', mimeType: 'image/png', buffer: Buffer.from('\x89PNG\r\n\x1a\n', 'latin1') };
      await page.getByLabel(/证件正面/).setInputFiles(picture);
      await page.getByText('已上传').waitFor();
      await page.locator('[data-field="idCardNo"]').fill('E12345678');
      await page.getByRole('checkbox').check();
      await page.getByLabel('6 位验证码').fill('123456');
      await button('提交审核').click();
      await page.getByText('证件照片已提交').waitFor();
    },
  ));

for (const viewport of [PHONE, DESKTOP]) {
  test(`a company is authenticated by letter and payment at ${viewport.width} px`, () =>
    visit(
      'COMPANY_AUTH',
      company,
      (action, body, world) => {
        if (action === 'company/payment') {
          world.shown = { ...world.shown, payment: false };
          return { simulatedFen: 37 };
        }
        if (action === 'company/amount') {
          if (body.amountFen === 37) world.shown = { ...world.shown, state: 'PASSED' };
          return { right: body.amountFen === 37 };
        }
        const next = {
          'company/license': { license: true },
          'company/basics': { state: 'AUTHORISING', legalPerson: body?.legalPerson },
          'company/letter': { letter: false },
        };
        world.shown = { ...world.shown, ...next[action] };
        return null;
      },
      async ({ page, sent, button }) => {
        const file = { name: 'l.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') };
        await button('提交企业信息').click();
        await page.getByText('请填写法定代表人').waitFor();
        await page.locator('[data-field="legalPerson"]').fill('赵法人');
        await page.getByLabel(/营业执照/).setInputFiles(file);
        await page.getByText('已上传').waitFor();
        await button('提交企业信息').click();
        await page.getByRole('heading', { name: '法定代表人在线授权' }).waitFor();
        await page.getByLabel(/盖章授权书/).setInputFiles(file);
        await page.locator('[data-field="account"]').fill('6222000000001111');
        await page.locator('[data-field="bank"]').fill('某某银行');
        await button('向对公账户打款').click();
        await page.getByText('金额为 0.37 元').waitFor();
        await page.locator('[data-field="amount"]').fill('0.36');
        await button('确认金额').click();
        await page.getByText('金额不正确').waitFor();
        await page.locator('[data-field="amount"]').fill('0.37');
        await button('确认金额').click();
        await page.getByText('已通过认证').waitFor();
        const basics = sent.find(({ action }) => action === 'company/basics');
        assert.equal(basics.registerNo, '91310000MA1NEWCO01');
      },
      viewport,
    ));
}

test('a person allows the use of their signature, and withdraws it', () =>
  visit(
    'AUTHORISE',
    {
      companyName: '契书演示科技有限公司', appName: '人事系统', remark: '入职文件', until: '2027-12-31', untilModifiable: true,
      allowPersonalAuto: false, status: 'unauthorized', contact: '138****0001', name: '周舟', ways: ['SMS', 'FACE'], faceDone: false,
    },
    (action, body, world) => {
      world.shown = { ...world.shown, status: action === 'authorise' ? 'authorized' : 'deauthorized' };
      return null;
    },
    async ({ page, sent, button }) => {
      await page.getByLabel('有效期至').fill('2027-06-30');
      await button('获取验证码').click();
      await page.getByLabel('6 位验证码').fill('123456');
      await button('同意授权').click();
      await page.getByText('授权生效中').waitFor();
      await page.getByLabel('6 位验证码').fill('654321');
      await button('撤销授权').click();
      await page.getByText('授权已撤销').waitFor();
      const answers = sent.filter(({ action }) => !action.endsWith('code'));
      assert.deepEqual(answers, [
        { action: 'authorise', agree: true, code: '123456', until: '2027-06-30' },
        { action: 'authorise/withdraw', code: '654321' },
      ]);
    },
  ));
