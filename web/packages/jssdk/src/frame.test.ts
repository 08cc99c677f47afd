import { afterEach, expect, test } from 'vitest';
import { answerOf, fromBase64Url, json, looksLikeEnvelope, requestData, toBase64Url } from './frame';

const envelope = (code: number, data?: unknown): string =>
  JSON.stringify({
    code,
    message: 'M',
    ...(data === undefined ? {} : { result: toBase64Url(JSON.stringify(data)) }),
    responseCode: '00000000',
  });

afterEach(() => {
  delete (Array.prototype as { toJSON?: unknown }).toJSON;
  delete (Object.prototype as { spoilt?: unknown }).spoilt;
});

test('frames hold nothing that a proxy could decode or unescape once more', () => {
  const frame = requestData({
    op: 'sign.open',
    params: { contact: '张三 100% + "\\"', list: ['a', 1, true], none: undefined },
    language: 'zh',
  });
  expect(frame).toMatch(/^[\x21-\x7e]*$/);
  expect(frame).not.toMatch(/[%+\\]/);
  const { p, ...rest } = JSON.parse(frame) as { p: string };
  expect(rest).toEqual({ v: 1, op: 'sign.open', l: 'zh' });
  expect(JSON.parse(fromBase64Url(p))).toEqual({ contact: '张三 100% + "\\"', list: ['a', 1, true] });
});

test('what libraries put on the prototypes does not matter', () => {
  (Array.prototype as { toJSON?: unknown }).toJSON = () => 'spoilt';
  (Object.prototype as { spoilt?: unknown }).spoilt = 'spoilt';
  expect(json({ list: ['a', { b: null }] })).toBe('{"list":["a",{"b":null}]}');
});

test('answers of the platform are told from what proxies make of them', () => {
  expect(answerOf(envelope(0, { a: '合同' }))).toEqual({ kind: 'done', data: { a: '合同' } });
  expect(answerOf(envelope(1110, { code: 'NO_PERMISSION', message: '没有权限' }))).toMatchObject({
    kind: 'refused',
    code: 1110,
    told: { message: '没有权限' },
  });
  expect(answerOf(envelope(1005))).toMatchObject({ kind: 'refused', told: null, message: 'M' });
  for (const spoilt of ['', 'Array', '<h1>Server Error (500)</h1>', '[]', '1', '{"code":"0"}', '{"code":0,"result":"*"}']) {
    expect(answerOf(spoilt), spoilt).toEqual({ kind: 'misconfigured' });
  }
});

test('a refusal is not taken for a piece of a file', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  expect(looksLikeEnvelope(bytes(envelope(1002)))).toBe(true);
  expect(looksLikeEnvelope(bytes('%PDF-1.7'))).toBe(false);
});
