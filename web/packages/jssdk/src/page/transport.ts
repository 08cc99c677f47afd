/**
 * The page API through an integrator's proxy: the calls of `@qishu/api-client` become frames of `requestData`.
 *
 * Requests go out of the frame itself, where nobody else can read them. A proxy that answers the embedding page only
 * (no CORS for others, or its own session cookie) is asked by that page instead.
 */
import { answerOf, looksLikeEnvelope, requestData, type Answer, type Data } from '../frame';
import type { FromFrame, Relayed, Start } from '../protocol';
import { ask } from '../proxy';

type Params = { readonly [name: string]: Data };
type Size = { revision: string; size: number };

const BASE = '/page/api';
const SESSION_HEADER = 'X-Qishu-Session';
const LANGUAGE_HEADER = 'X-Qishu-Lang';

/** Operations with the same parameters as a call of the page API. */
const SAME: Readonly<Record<string, string>> = {
  '/audit': 'sign.audit',
  '/code': 'sign.sendCode',
  '/fill': 'sign.fill',
  '/reject': 'sign.reject',
  '/sign': 'sign.submit',
};

export class ProxyTransport {
  #relays = false;
  #language: 'zh' | 'en';
  #next = 1;
  readonly #waiting = new Map<number, (bytes: ArrayBuffer | null) => void>();
  readonly #sizes = new Map<string, Size>();

  constructor(
    private readonly start: Start,
    private readonly port: Pick<MessagePort, 'postMessage' | 'onmessage'>,
    private readonly doFetch: typeof fetch,
  ) {
    this.#language = start.language;
    port.onmessage = (message: MessageEvent<Relayed>) => {
      if (message.data?.type !== 'relayed') return;
      this.#waiting.get(message.data.id)?.(message.data.bytes);
      this.#waiting.delete(message.data.id);
    };
  }

  /** Stands in for `fetch` of the page API. */
  readonly fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const address = new URL(String(input), 'https://page.invalid');
    const path = address.pathname.slice(BASE.length);
    const headers = new Headers(init.headers);
    const session = headers.get(SESSION_HEADER);
    const language = headers.get(LANGUAGE_HEADER);
    if (language) this.#language = language === 'en' ? 'en' : 'zh';
    const file = /^\/documents\/([^/]+)\/file$/.exec(path);
    if (file) return this.#document(decodeURIComponent(file[1] as string), address.searchParams, session, init);
    const seal = /^\/steps\/([^/]+)\/seals\/([^/]+)$/.exec(path);
    if (seal) return this.#seal(seal, session, init.signal);
    const upload = /^\/attachments\/([^/]+)$/.exec(path);
    if (upload) {
      const params = { attachmentId: decodeURIComponent(upload[1] as string), name: address.searchParams.get('name') ?? '' };
      return this.#json('file.put', params, session, init.signal, init.body as Blob);
    }
    if (path === '/open') {
      const { contractId, contact } = this.start.params;
      return this.#json('sign.open', { contractId, contact, browser: this.start.browser, method: this.start.method }, null);
    }
    if (path === '/contract') return this.#json('sign.contract', {}, session, init.signal);
    const op = SAME[path];
    if (op === undefined) return told(403, { code: 'PERMISSION_DENIED', message: '该操作未开放', messageEn: 'This is not offered' });
    return this.#json(op, JSON.parse(String(init.body ?? '{}')) as Params, session, init.signal);
  };

  async #document(id: string, query: URLSearchParams, session: string | null, init: RequestInit): Promise<Response> {
    const download = query.get('download') === '1';
    const asked = query.get('revision');
    if (download || this.#sizes.get(id)?.revision !== asked) {
      const listed = await this.#sizesOf(session, init.signal);
      if (listed) return listed;
    }
    const known = this.#sizes.get(id);
    if (!known || (asked !== null && known.revision !== asked)) {
      const words = { message: '文件已更新，请重新查看', messageEn: 'The document has changed, please read it again' };
      return told(409, { code: 'REVISION_CHANGED', ...words });
    }
    const range = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init.headers).get('Range') ?? '');
    const first = range ? Number(range[1]) : 0;
    const end = Math.min(known.size, range ? Number(range[2]) + 1 : known.size);
    const params = { documentId: id, revision: known.revision, first, end, download };
    const bytes = await this.#bytes(params, session, end - first, init.signal);
    if (bytes instanceof Response) return bytes;
    return new Response(bytes, {
      status: range ? 206 : 200,
      headers: {
        'Content-Type': 'application/pdf',
        ETag: `"${known.revision}"`,
        ...(range ? { 'Content-Range': `bytes ${first}-${end - 1}/${known.size}` } : {}),
      },
    });
  }

  /** Behind a proxy no header says how long a file is. */
  async #sizesOf(session: string | null, signal?: AbortSignal | null): Promise<Response | null> {
    const response = await this.#json('sign.documents', {}, session, signal);
    if (!response.ok) return response;
    const { documents } = (await response.json()) as { documents: (Size & { id: string })[] };
    for (const { id, revision, size } of documents) this.#sizes.set(id, { revision, size });
    return null;
  }

  async #seal(found: RegExpExecArray, session: string | null, signal?: AbortSignal | null): Promise<Response> {
    const seal = decodeURIComponent(found[2] as string);
    const params = { stepId: decodeURIComponent(found[1] as string), sealId: seal === 'standard' ? undefined : seal };
    const bytes = await this.#bytes(params, session, null, signal);
    return bytes instanceof Response ? bytes : new Response(bytes, { headers: { 'Content-Type': 'image/png' } });
  }

  /** Bytes of the expected length; refusals and spoilt answers as the response they stand for. */
  async #bytes(
    params: Params,
    session: string | null,
    length: number | null,
    signal?: AbortSignal | null,
  ): Promise<ArrayBuffer | Response> {
    const bytes = await this.#ask('file.get', params, session, true, undefined, signal);
    if (bytes === null) throw new TypeError('the proxy cannot be reached');
    const view = new Uint8Array(bytes);
    const isPng = view[0] === 0x89 && view[1] === 0x50;
    const isWhole = length === null ? isPng : view.length === length;
    if (isWhole && !looksLikeEnvelope(view)) return bytes;
    return responseOf(answerOf(new TextDecoder().decode(view.slice(0, 65_536))));
  }

  async #json(
    op: string,
    params: Params,
    session: string | null,
    signal?: AbortSignal | null,
    file?: Blob,
  ): Promise<Response> {
    const bytes = await this.#ask(op, params, session, false, file, signal);
    if (bytes === null) throw new TypeError('the proxy cannot be reached');
    return responseOf(answerOf(new TextDecoder().decode(bytes)));
  }

  async #ask(
    op: string,
    params: Params,
    session: string | null,
    get: boolean,
    file?: Blob,
    signal?: AbortSignal | null,
  ): Promise<ArrayBuffer | null> {
    const data = requestData({ op, session, params, language: this.#language });
    if (!this.#relays) {
      const bytes = await ask(this.doFetch, this.start.proxy, { requestData: data, get, file }, signal);
      // Only opening is tried the other way: it may be repeated, and nothing secret is in it.
      if (bytes !== null || !op.endsWith('.open')) return bytes;
    }
    const bytes = await this.#relay(data, get, file);
    if (op.endsWith('.open') && bytes !== null) this.#relays = true;
    return bytes;
  }

  #relay(data: string, get: boolean, file?: Blob): Promise<ArrayBuffer | null> {
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      const request: FromFrame = { type: 'relay', id, requestData: data, get, ...(file ? { file } : {}) };
      this.port.postMessage(request);
    });
  }
}

/** An answer as the page API would have given it. */
function responseOf(answer: Answer): Response {
  switch (answer.kind) {
    case 'done':
      return new Response(JSON.stringify(answer.data), { headers: { 'Content-Type': 'application/json' } });
    case 'misconfigured':
      return told(502, {
        code: 'PROXY',
        message: '代理服务不可用，或代理使用的凭证有误',
        messageEn: 'The proxy cannot be reached, or the credentials it signs with are wrong',
      });
    case 'refused':
      return told(answer.status, answer.told ?? { message: answer.message, messageEn: answer.message });
  }
}

function told(status: number, body: object): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}
