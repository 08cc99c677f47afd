import { expect, test, vi } from 'vitest';
import { fromBase64Url, toBase64Url } from '../frame';
import type { Start } from '../protocol';
import { ProxyTransport } from './transport';

const START: Start = {
  qishu: 'start',
  method: 'personalSign',
  proxy: 'https://erp.example/proxy?pageToken=1',
  params: { contractId: '42', contact: '13900000001' },
  language: 'zh',
  browser: 'test',
};

interface Asked {
  op: string;
  session?: string;
  params: Record<string, unknown>;
  method: string;
}

/** A proxy that answers each operation from a table: data, or bytes. */
function proxy(answers: Record<string, unknown>) {
  const asked: Asked[] = [];
  const doFetch: typeof fetch = async (input, init) => {
    const method = init?.method ?? 'GET';
    const body = init?.body instanceof Blob ? await init.body.text() : '';
    const query = method === 'GET' ? new URL(String(input)).search : body;
    const frame = JSON.parse(new URLSearchParams(query).get('requestData') ?? '') as { op: string; s?: string; p: string };
    asked.push({ op: frame.op, session: frame.s, params: JSON.parse(fromBase64Url(frame.p)) as Record<string, unknown>, method });
    const answer = answers[frame.op];
    if (answer instanceof Error) throw answer;
    if (answer instanceof Uint8Array) return new Response(answer as BodyInit);
    if (typeof answer === 'string') return new Response(answer);
    return new Response(JSON.stringify({ code: 0, message: 'SUCCESS', result: toBase64Url(JSON.stringify(answer)), responseCode: '00000000' }));
  };
  const port = { postMessage: vi.fn(), onmessage: null };
  return { asked, port, transport: new ProxyTransport(START, port as never, doFetch) };
}

test('opens what the page was given, and knows the session by its header', async () => {
  const { asked, transport } = proxy({ 'sign.open': { session: 'T' }, 'sign.submit': { status: 'SIGNED' } });
  const opened = await transport.fetch('/page/api/open', { method: 'POST', body: '{"token":"x"}' });
  expect(await opened.json()).toEqual({ session: 'T' });
  await transport.fetch('/page/api/sign', { method: 'POST', body: '{"code":"1"}', headers: { 'X-Qishu-Session': 'T' } });
  expect(asked).toMatchObject([
    { op: 'sign.open', params: { contractId: '42', contact: '13900000001', method: 'personalSign' }, method: 'POST' },
    { op: 'sign.submit', session: 'T', params: { code: '1' } },
  ]);
});

test('reads pieces of the revision that is shown', async () => {
  const documents = [{ id: '7', revision: 'r1', size: 1000 }];
  const { asked, transport } = proxy({ 'sign.documents': { documents }, 'file.get': new Uint8Array(256) });
  const address = '/page/api/documents/7/file?revision=r1';
  const piece = await transport.fetch(address, { headers: { Range: 'bytes=744-1999' } });
  expect([piece.status, piece.headers.get('ETag'), piece.headers.get('Content-Range')]).toEqual([
    206,
    '"r1"',
    'bytes 744-999/1000',
  ]);
  expect(asked[1]).toMatchObject({ op: 'file.get', method: 'GET', params: { documentId: '7', revision: 'r1', first: 744, end: 1000 } });
  const other = await transport.fetch('/page/api/documents/7/file?revision=r2');
  expect([other.status, ((await other.json()) as { code: string }).code]).toEqual([409, 'REVISION_CHANGED']);
});

test('bytes that a proxy spoilt are not shown', async () => {
  const documents = [{ id: '7', revision: 'r1', size: 5 }];
  for (const spoilt of ['Array', '']) {
    const { transport } = proxy({ 'sign.documents': { documents: [{ ...documents[0], size: 500 }] }, 'file.get': spoilt });
    const answer = await transport.fetch('/page/api/documents/7/file?revision=r1');
    expect([answer.status, ((await answer.json()) as { code: string }).code], spoilt).toEqual([502, 'PROXY']);
  }
});

test('refusals come with the words of the page', async () => {
  const told = toBase64Url(JSON.stringify({ code: 'CODE_WRONG', triesLeft: 4 }));
  const { transport } = proxy({ 'sign.submit': `{"code":1002,"message":"M","result":"${told}","responseCode":"11990002"}` });
  const answer = await transport.fetch('/page/api/sign', { method: 'POST', body: '{}' });
  expect([answer.ok, await answer.json()]).toEqual([false, { code: 'CODE_WRONG', triesLeft: 4 }]);
});

test('a proxy that knows only the page around is asked by that page', async () => {
  const { port, transport } = proxy({ 'sign.open': new TypeError('CORS') });
  const opening = transport.fetch('/page/api/open', { method: 'POST', body: '{}' });
  await vi.waitFor(() => expect(port.postMessage).toHaveBeenCalled());
  const relay = port.postMessage.mock.calls[0]?.[0] as { id: number; type: string };
  expect(relay.type).toBe('relay');
  const bytes = new TextEncoder().encode(`{"code":0,"message":"M","result":"${toBase64Url('{"session":"T"}')}","responseCode":"0"}`);
  (port.onmessage as unknown as (event: unknown) => void)({ data: { type: 'relayed', id: relay.id, bytes: bytes.buffer } });
  expect(await (await opening).json()).toEqual({ session: 'T' });
});

test('operations that a page of others does not offer are refused here', async () => {
  const { asked, transport } = proxy({});
  const answer = await transport.fetch('/page/api/recall', { method: 'POST', body: '{}' });
  expect([answer.status, asked]).toEqual([403, []]);
});
