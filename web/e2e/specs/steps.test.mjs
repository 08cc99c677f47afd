import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESKTOP, useMock } from '../lib/harness.mjs';
import { drawSignature, enterCode, firstPageDrawn, newCode, readOutbox, texts } from '../lib/signer.mjs';

const { visit } = useMock();
const button = (page, name) => page.getByRole('button', { name });

async function code({ outbox }, before) {
  return newCode(outbox, before);
}

test('a company seals with the seal and the date style that were chosen', () =>
  visit('company', async (visitor) => {
    const { page, outbox, state } = visitor;
    await firstPageDrawn(page);
    await page.getByText('您代表契书演示科技有限公司：加盖公章').waitFor();
    await button(page, '盖章签署').click();
    await page.getByLabel('合同专用章').check({ force: true });
    await page.getByLabel('日期样式').selectOption('Chinese');
    const before = await readOutbox(outbox);
    await button(page, texts.next).click();
    await enterCode(page, await code(visitor, before));
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    const [sent] = state().received;
    assert.deepEqual(sent.seals, [{ stepId: '1', sealId: '7002' }]);
    assert.deepEqual([sent.datePattern, sent.steps, sent.signature], ['Chinese', ['1'], undefined]);
  }));

test('the handler of an outside company confirms its name before its seal is drawn', () =>
  visit('outside', async (visitor) => {
    const { page, outbox, state } = visitor;
    await firstPageDrawn(page);
    await button(page, '签署合同').click();
    await button(page, texts.drawHint).click();
    await drawSignature(page);
    await button(page, texts.done).click();
    await button(page, texts.next).click();
    const next = page.getByRole('dialog', { name: '确认印章' }).getByRole('button', { name: texts.next });
    await next.click();
    await page.getByText('请先确认企业名称').waitFor();
    await page.getByLabel(/我确认企业名称/).check();
    await next.click();
    await page.getByText('请填写法定代表人姓名').waitFor();
    await page.getByLabel('法定代表人姓名').fill('周明远');
    const before = await readOutbox(outbox);
    await next.click();
    await enterCode(page, await code(visitor, before));
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    assert.deepEqual(state().received[0].company, { name: '上海明远国际贸易有限公司', legalPerson: '周明远' });
    assert.deepEqual(state().received[0].steps, ['1', '2', '3']);
  }));

test('an approver approves, then goes on to the seal in the same visit', () =>
  visit('audit', async (visitor) => {
    const { page, outbox, state } = visitor;
    await firstPageDrawn(page);
    assert.equal(await button(page, '拒绝签署').count(), 0);
    await button(page, '审批').click();
    await page.getByLabel(/审批意见/).fill('同意用印');
    const before = await readOutbox(outbox);
    await button(page, /^同意$/).click();
    await page.getByLabel(texts.code).fill(await code(visitor, before));
    await button(page, '确认同意').click();
    await page.getByText('审批已完成，接下来请您加盖公章').waitFor();
    await button(page, '盖章签署').waitFor();
    assert.equal(state().received[0].comment, '同意用印');
  }));

test('an approver refuses with a reason and no code', () =>
  visit('audit', async ({ page, state }) => {
    await firstPageDrawn(page);
    await button(page, '审批').click();
    await button(page, '不同意').click();
    await button(page, '确认不同意').click();
    await page.getByText('请填写不同意的原因').waitFor();
    await page.getByLabel('不同意的原因').fill('价格与报价单不一致');
    await button(page, '确认不同意').click();
    await page.getByRole('heading', { name: '审批未通过' }).waitFor();
    assert.deepEqual([state().received[0].pass, state().received[0].comment], [false, '价格与报价单不一致']);
  }));

test('the initiator sees the state, recalls, and is warned before leaving for an unlisted address', () =>
  visit('initiator', async ({ page, state }) => {
    await firstPageDrawn(page);
    await button(page, '更多操作').click();
    await button(page, '签署进度').click();
    await page.getByRole('dialog', { name: '签署进度' }).getByText('王晓').waitFor();
    await button(page, '关闭').click();
    await button(page, '更多操作').click();
    await page.getByRole('dialog').getByRole('button', { name: '返回' }).click();
    await page.getByRole('dialog', { name: '即将离开' }).getByText('erp.example.com').waitFor();
    await button(page, '留在此页').click();
    await button(page, '更多操作').click();
    await button(page, '撤回合同').click();
    await button(page, '确认撤回').click();
    await page.getByRole('heading', { name: '合同已撤回' }).waitFor();
    assert.equal(state().received[0].operation, 'recall');
  }));

test('the signing password replaces the code, and a wrong one is told', () =>
  visit('password', async ({ page, state, outbox }) => {
    await firstPageDrawn(page);
    await button(page, '签署合同').click();
    await button(page, texts.drawHint).click();
    await drawSignature(page);
    await button(page, texts.done).click();
    const before = await readOutbox(outbox);
    await button(page, texts.next).click();
    await page.getByLabel('请输入签署密码').fill('wrong-1');
    await button(page, '确认签署').click();
    await page.getByText('签署密码不正确，还可以再试 4 次').waitFor();
    await page.getByLabel('请输入签署密码').fill('k7#mQ2');
    await button(page, '确认签署').click();
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    assert.equal(state().received[0].password, 'k7#mQ2');
    assert.deepEqual(await readOutbox(outbox), before, 'no code was sent');
  }));

for (const [screen, viewport] of Object.entries({ phone: { width: 360, height: 740 }, desktop: DESKTOP })) {
  test(`a draft gets its positions by tap, drag and keys, and is sent: ${screen}`, () =>
    visit(
      'appoint',
      async ({ page, state }) => {
        await firstPageDrawn(page);
        const sheet = await page.locator('[data-page="0"]').boundingBox();
        const at = (x, y) => [sheet.x + sheet.width * x, sheet.y + sheet.height * y];
        await button(page, '骑缝章').click();
        await page.mouse.click(...at(0.5, 0.2));
        await button(page, /^公章$/).click();
        await page.mouse.click(...at(0.3, 0.25));
        await page.keyboard.press('Tab');
        await page.getByLabel(/契书演示科技有限公司的公章/).focus();
        await page.keyboard.press('ArrowRight');
        await button(page, '保存').click();
        await page.getByText('已保存').waitFor();
        const [saved] = state().received;
        assert.deepEqual(saved.map(({ kind }) => kind).sort(), ['ACROSS_PAGE', 'COMPANY', 'PERSONAL']);
        await button(page, '发起合同').click();
        await page.getByRole('dialog').getByRole('button', { name: '发起合同' }).click();
        await page.getByRole('heading', { name: '合同已发起' }).waitFor();
        await button(page, '返回').waitFor();
      },
      { viewport },
    ));
}

test('the initiator fills in values of a draft, and everything mandatory before it is sent', () =>
  visit('appointparams', async ({ page, state }) => {
    await page.getByRole('button', { name: '合同填写', exact: true }).waitFor();
    await page.getByLabel(/联系地址/).fill('上海市浦东新区世纪大道一百号');
    await button(page, '签署位置').click();
    await firstPageDrawn(page);
    await button(page, '合同填写').click();
    assert.equal(await page.getByLabel(/联系地址/).inputValue(), '上海市浦东新区世纪大道一百号', 'kept while another tab was open');
    await button(page, '保存').click();
    await page.getByText('已保存').waitFor();
    const saved = Object.fromEntries(state().received[0].map(({ name, value }) => [name, value]));
    assert.deepEqual([saved['联系地址'], saved['身份证号']], ['上海市浦东新区世纪大道一百号', '']);

    await button(page, '发起合同').click();
    assert.ok((await page.getByText('请填写此项').count()) >= 3);
    await page.getByLabel(/身份证号/).fill('310101199001011234');
    await page.getByLabel(/交付日期/).fill('2026-12-01');
    await page.getByLabel('按月支付').check();
    await page.getByLabel('第 1 行 名称').fill('办公椅');
    await button(page, '发起合同').click();
    await page.getByRole('dialog').getByRole('button', { name: '发起合同' }).click();
    await page.getByRole('heading', { name: '合同已发起' }).waitFor();
    assert.equal(state().received.at(-1).operation, 'appoint/send');
    assert.equal(state().received.at(-2).find(({ name }) => name === '付款方式').value, '按月支付');
  }));

test('the signing password that is asked for is set first, then confirms', () =>
  visit('mustpassword', async (visitor) => {
    const { page, outbox, state } = visitor;
    await firstPageDrawn(page);
    await button(page, '签署合同').click();
    await button(page, texts.drawHint).click();
    await drawSignature(page);
    await button(page, texts.done).click();
    await button(page, texts.next).click();
    await page.getByText('请先设置密码，再继续签署').waitFor();
    await page.getByLabel('新密码').fill('k7#mQ2x');
    await page.getByLabel('再次输入').fill('k7#mQ2x');
    const before = await readOutbox(outbox);
    await button(page, '获取验证码').click();
    await page.getByLabel(texts.code).fill(await code(visitor, before));
    await button(page, '保存密码').click();
    await page.getByLabel('请输入签署密码').fill('k7#mQ2x');
    assert.equal(await button(page, '改用短信验证码').count(), 0);
    await button(page, '确认签署').click();
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    assert.equal(state().received.at(-1).password, 'k7#mQ2x');
  }));

test('further places are added beside the fixed ones and can be taken back', () =>
  visit('mayadd', async (visitor) => {
    const { page, outbox, state } = visitor;
    await firstPageDrawn(page);
    const sheet = await page.locator('[data-page="0"]').boundingBox();
    const add = async (x, y) => {
      await button(page, '增加签署位置').click();
      await page.mouse.click(sheet.x + sheet.width * x, sheet.y + sheet.height * y);
      await button(page, '就放这里').click();
    };
    await add(0.3, 0.3);
    await add(0.7, 0.3);
    await page.getByText('已增加 2 处签署位置').waitFor();
    await button(page, '撤销最后一处').click();
    await page.getByText('已增加 1 处签署位置').waitFor();
    await button(page, '签署合同').click();
    await button(page, texts.drawHint).click();
    await drawSignature(page);
    await button(page, texts.done).click();
    const before = await readOutbox(outbox);
    await button(page, texts.next).click();
    await enterCode(page, await code(visitor, before));
    await page.getByRole('heading', { name: texts.signed }).waitFor();
    const [place, ...others] = state().received[0].placements;
    assert.deepEqual([place.stepId, place.page, others.length], ['9', 0, 0]);
    assert.ok(Math.abs(place.x + place.width / 2 - 595 * 0.3) < 3);
  }));

test('a free place is taken with a name and a proven contact', () =>
  visit('joincompany', async (visitor) => {
    const { page, outbox, state } = visitor;
    await page.getByRole('heading', { name: '加入合同签署' }).waitFor();
    assert.equal(await page.getByLabel(/企业全称/).getAttribute('readonly'), '');
    await button(page, '获取验证码').click();
    await page.getByText('请填写经办人姓名').waitFor();
    await page.getByLabel(/经办人姓名/).fill('周婷');
    await page.getByLabel('手机号或邮箱').fill('13900000001');
    const before = await readOutbox(outbox);
    await button(page, '获取验证码').click();
    await page.getByLabel(texts.code).fill(await code(visitor, before));
    await button(page, '加入签署').click();
    await firstPageDrawn(page);
    assert.deepEqual([state().received[0].name, state().received[0].companyName], ['周婷', '上海明远国际贸易有限公司']);
  }));

test('demanded files come before the signature', () =>
  visit('files', async ({ page }) => {
    await firstPageDrawn(page);
    await button(page, '签署合同').click();
    await button(page, texts.next).click();
    await page.getByText('还有必传的文件未上传').waitFor();
    await page.getByLabel(/营业执照副本/).setInputFiles({ name: '执照.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') });
    await page.getByText('已上传').waitFor();
    await button(page, texts.next).click();
    await page.getByRole('dialog', { name: '确认您的签名' }).waitFor();
  }));

test('a receiver fills in before the signing begins', () =>
  visit('fill', async ({ page, state }) => {
    await button(page, '提交').click();
    assert.ok((await page.getByText('请填写此项').count()) >= 4);
    await page.getByLabel(/联系地址/).fill('上海市浦东新区世纪大道一百号');
    await page.getByLabel(/身份证号/).fill('310101199001011234');
    await page.getByLabel(/交付日期/).fill('2026-12-01');
    await page.getByLabel('按月支付').check();
    await page.getByLabel('三年质保').check();
    await page.getByLabel('安装').check();
    await page.getByLabel('第 1 行 名称').fill('办公椅');
    await page.getByLabel('第 1 行 数量').fill('12');
    await button(page, '提交').click();
    await firstPageDrawn(page);
    const sent = Object.fromEntries(state().received[0].map(({ name, value }) => [name, value]));
    assert.deepEqual(
      [sent['付款方式'], sent['附带服务'], sent['设备清单'], sent['合同金额']],
      ['按月支付', '安装,三年质保', '[["办公椅","12"]]', undefined],
    );
  }));

test('whoever is asked to void a contract agrees or refuses', () =>
  visit('voiding', async ({ page, state }) => {
    await firstPageDrawn(page);
    await page.getByText(/作废原因：双方协商一致/).waitFor();
    await button(page, /^同意作废$/).waitFor();
    await button(page, '不同意作废').click();
    await page.getByText('原合同继续有效').waitFor();
    await page.getByLabel('不同意的原因').fill('合同有效');
    await button(page, '确认不同意').click();
    await page.getByRole('heading', { name: '已拒绝签署' }).waitFor();
    await page.getByText('合同不作废，继续有效').waitFor();
    assert.equal(state().received[0].reason, '合同有效');
  }));
