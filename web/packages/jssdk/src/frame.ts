/**
 * The frame inside `requestData`, and what comes back through the proxies in between.
 *
 * Runs in pages of others: nothing here relies on what such a page may have changed, as `toJSON` of arrays.
 */

/** Anything a frame can carry. */
export type Data = string | number | boolean | null | undefined | readonly Data[] | { readonly [name: string]: Data };

export interface Frame {
  op: string;
  /** Ticket of the page session. */
  session?: string | null;
  params: { readonly [name: string]: Data };
  language: 'zh' | 'en';
}

/** JSON of plain data, whatever `toJSON` methods the page's libraries have put on the prototypes. */
export function json(data: Data): string {
  if (data === null || data === undefined) return 'null';
  if (typeof data !== 'object') return JSON.stringify(data);
  if (Array.isArray(data)) {
    let members = '';
    for (let index = 0; index < data.length; index += 1) members += `${index > 0 ? ',' : ''}${json(data[index] as Data)}`;
    return `[${members}]`;
  }
  let members = '';
  const names = Object.keys(data);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    const value = (data as { readonly [name: string]: Data })[name];
    if (value === undefined || typeof value === 'function') continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${json(value)}`;
  }
  return `{${members}}`;
}

export function toBase64Url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (let index = 0; index < bytes.length; index += 1) binary += String.fromCharCode(bytes[index] as number);
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

export function fromBase64Url(text: string): string {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return new TextDecoder().decode(bytes);
}

/** The text of `requestData`. All its values are ASCII without anything a proxy could decode once more. */
export function requestData(frame: Frame): string {
  return json({
    v: 1,
    op: frame.op,
    s: frame.session ?? undefined,
    p: toBase64Url(json(frame.params)),
    l: frame.language,
  });
}

/** What the server tells the page about a refusal. */
export interface Told {
  code?: string;
  message?: string;
  messageEn?: string;
  triesLeft?: number;
  retryAfterSeconds?: number;
}

export type Answer =
  | { kind: 'done'; data: unknown }
  | { kind: 'refused'; code: number; responseCode: string; message: string; told: Told | null; status: number }
  /** Nothing of ours came back: the proxy, or the credentials it signs with, are not right. */
  | { kind: 'misconfigured' };

const MISCONFIGURED: Answer = { kind: 'misconfigured' };

/**
 * Reads what a proxy passed on. The reference proxies answer refusals of the platform with an empty body, an error page
 * or the word `Array`.
 */
export function answerOf(text: string): Answer {
  let envelope: unknown;
  try {
    envelope = JSON.parse(text.trim());
  } catch {
    return MISCONFIGURED;
  }
  if (typeof envelope !== 'object' || envelope === null) return MISCONFIGURED;
  const { code, responseCode, message, result } = envelope as Record<string, unknown>;
  if (typeof code !== 'number') return MISCONFIGURED;
  let data: unknown = null;
  if (typeof result === 'string') {
    try {
      data = JSON.parse(fromBase64Url(result));
    } catch {
      return MISCONFIGURED;
    }
  }
  if (code === 0) return { kind: 'done', data };
  const told = typeof data === 'object' ? (data as Told | null) : null;
  return {
    kind: 'refused',
    code,
    responseCode: typeof responseCode === 'string' ? responseCode : '',
    message: typeof message === 'string' ? message : '',
    told,
    status: 400,
  };
}

/** A refusal instead of the bytes that were asked for. */
export function looksLikeEnvelope(bytes: Uint8Array): boolean {
  const start = [0x7b, 0x22, 0x63, 0x6f, 0x64, 0x65, 0x22, 0x3a]; // {"code":
  return start.every((byte, index) => bytes[index] === byte);
}
