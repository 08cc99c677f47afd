/** The plugin without WeChat: its page, components and event channel on a double of the client. */
import { createRequire } from 'node:module';
import { beforeEach, describe, expect, test, vi } from 'vitest';

const require = createRequire(import.meta.url);

/** What `Page` or `Component` of a file was called with. */
function definition(path, kind) {
  let found = null;
  globalThis[kind] = (given) => (found = given);
  delete require.cache[require.resolve(path)];
  require(path);
  return found;
}

/** A page or component on its own: data, methods and what it tells. */
function instance({ data, methods, properties, ...rest }) {
  const made = { ...rest, ...methods, data: { ...structuredClone(data ?? {}) }, told: [] };
  made.setData = (change) => Object.assign(made.data, change);
  made.triggerEvent = (name, detail) => made.told.push([name, detail]);
  return made;
}

function channelDouble() {
  const handlers = {};
  return { emit: vi.fn(), on: (name, handler) => (handlers[name] = handler), hear: (name, ...values) => handlers[name](...values) };
}

const DOCUMENTS = [
  { id: '1', title: '正文', revision: 'a' },
  { id: '2', title: '附件', revision: 'b' },
];

/** A server and a client: answers by path, requests kept. */
function wxDouble(answers) {
  const storage = {};
  const wx = {
    asked: [],
    getStorageSync: (key) => storage[key] ?? '',
    setStorageSync: (key, value) => (storage[key] = value),
    getRandomValues: ({ length, success }) => success({ randomValues: new Uint8Array(length).fill(7).buffer }),
    request: ({ url, method, data, header, success, fail }) => {
      wx.asked.push({ url, method, data, header });
      const answer = answers[new URL(url).pathname.slice('/page/api'.length)];
      const body = typeof answer === 'function' ? answer(data) : answer;
      if (body === undefined) fail({});
      else success({ statusCode: body.code ? 400 : 200, data: body });
    },
    downloadFile: ({ success }) => success({ statusCode: 200, tempFilePath: 'wxfile://a.pdf' }),
    openDocument: vi.fn(({ success }) => success()),
    navigateBack: vi.fn(),
    navigateTo: vi.fn(({ success }) => success({ eventChannel: channelDouble() })),
  };
  return wx;
}

function contract(change = {}) {
  return {
    contract: { subject: '采购合同', sponsorName: '契书' },
    documents: DOCUMENTS,
    step: { canSign: true, refusalCode: null },
    tasks: [{ id: '9', needsPicture: true, needsPlacement: false }],
    attachments: [],
    fill: null,
    ...change,
  };
}

describe('the page doc', () => {
  let page;
  let channel;

  async function opened(answers, query = { ticket: 'T', env: 'cn', hasCb: 'true' }) {
    globalThis.wx = wxDouble({ '/ticket': { session: 'S', lang: 'cn' }, '/contract': contract(), ...answers });
    channel = channelDouble();
    page = instance(definition('../plugin/pages/doc/doc.js', 'Page'));
    page.getOpenerEventChannel = () => channel;
    await page.onLoad(query);
  }

  beforeEach(() => vi.restoreAllMocks());

  test('signs what was read, tells the host, and goes where the host says', async () => {
    let isSigned = false;
    await opened({
      '/contract': () => contract(isSigned ? { step: { canSign: false, refusalCode: 'ALREADY_SIGNED' } } : {}),
      '/code': { sentTo: '138****0001' },
      '/sign': () => {
        isSigned = true;
        return { status: 'SIGNED' };
      },
    });
    expect(wx.asked[0].url).toBe('https://sandbox.contracts.example.com/page/api/ticket');
    expect(wx.asked[0].data).toEqual({ ticket: 'T', client: '07'.repeat(16) });
    expect(page.data).toMatchObject({ canSign: true, isRead: false });
    page.onSign();
    expect(page.data.step).toBe('read');
    for (const index of [0, 1]) await page.onRead({ currentTarget: { dataset: { index } } });
    page.onSign();
    expect(page.data.step).toBe('draw');
    await page.onDrawn({ detail: { png: 'UE5H' } });
    expect(page.data).toMatchObject({ step: 'code', sentTo: '138****0001' });
    await page.onCode({ detail: { code: '123456' } });
    const sent = wx.asked.find(({ url }) => url.endsWith('/sign'));
    expect(sent.header).toEqual({ 'X-Qishu-Page': '1', 'X-Qishu-Session': 'S' });
    expect(sent.data).toMatchObject({
      revisions: [{ documentId: '1', revision: 'a' }, { documentId: '2', revision: 'b' }],
      steps: ['9'],
      signature: { pngBase64: 'UE5H' },
      code: '123456',
    });
    expect(page.data.step).toBe('done');
    expect(channel.emit.mock.calls).toEqual([['signSuccessCb']]);
    expect(wx.navigateBack).not.toHaveBeenCalled();
    channel.hear('jumpTo');
    expect(wx.navigateBack).toHaveBeenCalledTimes(1);
  });

  test('a wrong code is said and can be corrected', async () => {
    await opened({ '/code': { sentTo: 'x' }, '/sign': { code: 'CODE_WRONG', triesLeft: 4 } });
    page.setData({ step: 'code' });
    await page.onCode({ detail: { code: '000000' } });
    expect(page.data).toMatchObject({ step: 'code', problem: '验证码不正确' });
    expect(channel.emit).not.toHaveBeenCalled();
  });

  test('changed documents have to be read again', async () => {
    let documents = DOCUMENTS;
    await opened({
      '/contract': () => contract({ documents }),
      '/code': () => {
        documents = [DOCUMENTS[0], { ...DOCUMENTS[1], revision: 'c' }];
        return { code: 'REVISION_CHANGED' };
      },
    });
    for (const index of [0, 1]) await page.onRead({ currentTarget: { dataset: { index } } });
    expect(page.data.isRead).toBe(true);
    await page.onDrawn({ detail: { png: 'UE5H' } });
    expect(page.data).toMatchObject({ isRead: false, problem: '文件已更新，请重新查看' });
  });

  test.each([
    ['an old ticket', { '/ticket': { code: 'LINK_EXPIRED' } }, '链接已失效，请返回后重试'],
    ['no network', { '/ticket': undefined }, '网络不可用，请稍后再试'],
    ['not in turn', { '/contract': contract({ step: { canSign: false, refusalCode: 'NOT_YOUR_TURN' } }) }, '还未轮到您签署'],
    ['a seal', { '/contract': contract({ tasks: [{ id: '9', needsPicture: false }] }) }, '此步骤请在浏览器中完成'],
  ])('%s is said', async (_, answers, text) => {
    await opened(answers);
    expect(page.data).toMatchObject({ canSign: false, problem: text });
  });

  test('without hasCb it goes back by itself', async () => {
    await opened({}, { ticket: 'T', env: 'com' });
    page.host.tell('signSuccessCb');
    expect(wx.navigateBack).toHaveBeenCalledWith({ delta: 1 });
  });

  test('an unknown environment is no address', async () => {
    await opened({}, { ticket: 'T', env: 'https://evil.example' });
    expect(wx.asked).toEqual([]);
    expect(page.data.problem).toBe('系统出错，请稍后再试');
  });
});

test('handlers of the next page get its channel', () => {
  const { Host } = require('../plugin/lib/host.js');
  const wx = wxDouble({});
  const channel = channelDouble();
  new Host(wx, channel, true);
  const callback = vi.fn();
  channel.hear('jumpTo', 'plugin://qyssdk-plugin/doc?ticket=2', { signSuccessCb: callback });
  const { url, events } = wx.navigateTo.mock.calls[0][0];
  expect(url).toBe('plugin://qyssdk-plugin/doc?ticket=2');
  events.signSuccessCb('x');
  expect(callback.mock.calls[0][0].emit).toBeTypeOf('function');
  expect(callback.mock.calls[0][1]).toBe('x');
});

test('a code has six digits, and is not kept', () => {
  const input = instance(definition('../plugin/components/code-input/code-input.js', 'Component'));
  input.onInput({ detail: { value: '12a34' } });
  input.onConfirm();
  expect(input.told).toEqual([]);
  input.onInput({ detail: { value: '1234567' } });
  input.onConfirm();
  expect(input.told).toEqual([['confirm', { code: '123456' }]]);
  expect(input.data.value).toBe('');
});

test('an empty pad signs nothing', () => {
  globalThis.wx = { getWindowInfo: () => ({ pixelRatio: 2 }) };
  const pad = instance(definition('../plugin/components/signature-pad/signature-pad.js', 'Component'));
  const pen = { scale: vi.fn(), beginPath: vi.fn(), moveTo: vi.fn(), lineTo: vi.fn(), stroke: vi.fn(), clearRect: vi.fn() };
  pad.prepare({ node: { getContext: () => pen, toDataURL: () => 'data:image/png;base64,UE5H' }, width: 300, height: 150 });
  pad.onNext();
  expect(pad.told).toEqual([]);
  pad.onStart({ touches: [{ x: 1, y: 1 }] });
  pad.onMove({ touches: [{ x: 9, y: 9 }] });
  pad.onNext();
  expect(pad.told).toEqual([['drawn', { png: 'UE5H' }]]);
  pad.clear();
  expect(pad.data.isEmpty).toBe(true);
});
