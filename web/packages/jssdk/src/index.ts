/**
 * `window.qysSdk`: signing and authentication inside a page of others.
 *
 * The element holds a sandboxed frame with an origin of its own. So neither the page nor any other script in it can read
 * what the person types, the session's ticket or the traffic, and whatever libraries the page has loaded, or changed, do
 * not concern what happens inside.
 */
import { answerOf, requestData, type Answer, type Data } from './frame';
import type { FromFrame, Method, Relayed, Start } from './protocol';
import { ask, proxyAddress } from './proxy';

type Callback = ((...values: unknown[]) => unknown) | undefined;
type Callbacks = { signSuccessCb?: Callback; authSuccessCb?: Callback; authFailCb?: Callback };
type Params = { readonly [name: string]: Data };

/** Taken while the script loads: the page may change them later. */
const nativeFetch = window.fetch.bind(window);
const script = document.currentScript as HTMLScriptElement | null;

/** How long the frame may take to say that its script runs, after its file was loaded. */
const SILENCE_MS = 4000;

const WORDS = {
  zh: {
    misconfigured: '代理服务不可用，或代理使用的凭证有误',
    required: '缺少参数：',
  },
  en: {
    misconfigured: 'The proxy cannot be reached, or the credentials it signs with are wrong',
    required: 'Missing parameter: ',
  },
};

/** The folder `js`, as the page refers to it. One printed snippet writes the address with a slash at its end. */
function scriptFolder(): string {
  const own = script?.src ?? '';
  const found = own !== '' ? own : fromDocument();
  const address = new URL(found === '' ? '/js/index.js' : found, document.baseURI);
  address.search = '';
  address.hash = '';
  address.pathname = address.pathname.replace(/\/index\.js\/?$/, '/').replace(/\/[^/]*$/, '/');
  return address.href;
}

function fromDocument(): string {
  const scripts = document.getElementsByTagName('script');
  for (let index = 0; index < scripts.length; index += 1) {
    const src = scripts[index]?.src ?? '';
    if (/\/js\/index\.js\/?(?:[?#]|$)/.test(src)) return src;
  }
  return '';
}

const folder = scriptFolder();

class Refusal extends Error {
  constructor(
    message: string,
    readonly code: number,
    readonly responseCode: string,
  ) {
    super(message);
    this.name = 'QysSdkError';
  }
}

function language(): 'zh' | 'en' {
  return /^en\b/i.test(document.documentElement.lang) ? 'en' : 'zh';
}

function refusalOf(answer: Exclude<Answer, { kind: 'done' }>, words: 'zh' | 'en'): Refusal {
  if (answer.kind === 'misconfigured') return new Refusal(WORDS[words].misconfigured, 0, '');
  const told = words === 'en' ? answer.told?.messageEn : answer.told?.message;
  return new Refusal(told ?? answer.message, answer.code, answer.responseCode);
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    console.warn(`qysSdk: ${name} ${value} has lost digits as a number, write it as a text`);
    throw new Refusal(`${name}: a text is expected, a number of 19 digits loses its last ones`, 1005, '11990005');
  }
  const text = value === undefined || value === null ? '' : String(value).trim();
  if (text === '') throw new Refusal(WORDS[language()].required + name, 1005, '11990005');
  return text;
}

/** Data without functions and prototypes, as a frame carries it. */
function plain(value: unknown): Data {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return undefined;
  if (Array.isArray(value)) {
    const members: Data[] = [];
    for (let index = 0; index < value.length; index += 1) members[index] = plain(value[index]);
    return members;
  }
  const members: Record<string, Data> = {};
  for (const name of Object.keys(value)) members[name] = plain((value as Record<string, unknown>)[name]);
  return members;
}

function call(callback: Callback, ...values: unknown[]): void {
  if (typeof callback !== 'function') return;
  try {
    callback(...values);
  } catch (error) {
    // The page's own fault belongs into its own console, not into the flow.
    console.error(error);
  }
}

class QysSdk {
  readonly #proxy: string;

  constructor(url: string, options?: { query?: Record<string, unknown> }) {
    this.#proxy = proxyAddress(url, options?.query ?? {}, document.baseURI);
  }

  personalSign(contractId: unknown, contact: unknown, callbacks?: Callbacks): Promise<HTMLElement> {
    return this.#sign('personalSign', contractId, contact, callbacks);
  }

  enterpriseSign(contractId: unknown, contact: unknown, callbacks?: Callbacks): Promise<HTMLElement> {
    return this.#sign('enterpriseSign', contractId, contact, callbacks);
  }

  async personalAuth(params: Record<string, unknown>, callbacks?: Callbacks): Promise<HTMLElement> {
    const given = (plain(params ?? {}) ?? {}) as Record<string, Data>;
    given['contact'] = textOf(params?.['contact'], 'contact');
    return this.#open('personalAuth', given, callbacks);
  }

  async enterpriseAuth(params: Record<string, unknown>, callbacks?: Callbacks): Promise<HTMLElement> {
    const given = (plain(params ?? {}) ?? {}) as Record<string, Data>;
    const bean = params?.['companyAuthBean'] as { applicant?: { contact?: unknown } } | undefined;
    given['companyName'] = textOf(params?.['companyName'], 'companyName');
    textOf(bean?.applicant?.contact, 'companyAuthBean.applicant.contact');
    return this.#open('enterpriseAuth', given, callbacks);
  }

  async #sign(method: Method, contractId: unknown, contact: unknown, callbacks?: Callbacks): Promise<HTMLElement> {
    const params = { contractId: textOf(contractId, 'contractId'), contact: textOf(contact, 'contact') };
    return this.#open(method, params, callbacks);
  }

  /** Asks whether it can be opened, then makes the element. The page itself never holds a ticket. */
  async #open(method: Method, params: Params, callbacks: Callbacks = {}): Promise<HTMLElement> {
    const words = language();
    const op = method === 'personalSign' || method === 'enterpriseSign' ? 'sign.open' : `auth.open`;
    const data = requestData({ op, params: { ...params, method, check: true }, language: words });
    const bytes = await ask(nativeFetch, this.#proxy, { requestData: data, get: false });
    const answer = answerOf(bytes === null ? '' : new TextDecoder().decode(bytes));
    if (answer.kind !== 'done') throw refusalOf(answer, words);
    return element(
      { qishu: 'start', method, proxy: this.#proxy, params, language: words, browser: navigator.userAgent },
      callbacks,
    );
  }
}

/** The element: a container with the frame. The frame starts whenever the page puts the element into its document. */
function element(start: Start, callbacks: Callbacks): HTMLElement {
  const container = document.createElement('div');
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts allow-forms allow-modals allow-downloads allow-popups');
  frame.setAttribute('title', start.language === 'en' ? 'Electronic contract' : '电子合同');
  const style = { border: '0', display: 'block', width: '100%', height: '100%', margin: '0', padding: '0' };
  for (const name of Object.keys(style) as (keyof typeof style)[]) frame.style.setProperty(name, style[name], 'important');
  frame.src = `${folder}page.html`;
  let port: MessagePort | null = null;
  window.addEventListener('message', (event) => {
    if (event.source === null || event.source !== frame.contentWindow) return;
    if ((event.data as { qishu?: unknown } | null)?.qishu !== 'ready') return;
    port?.close();
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = (message: MessageEvent<FromFrame>) => heard(message.data, channel.port1, start, callbacks);
    // The frame's origin is opaque, so no other target can be named.
    frame.contentWindow?.postMessage(start, '*', [channel.port2]);
  });
  frame.addEventListener('load', () => {
    setTimeout(() => {
      if (port !== null || !frame.isConnected || frame.hasAttribute('srcdoc')) return;
      try {
        frame.setAttribute('srcdoc', pageText());
      } catch (error) {
        console.error('qysSdk: neither page.html nor its text can be framed here', error);
      }
    }, SILENCE_MS);
  });
  container.appendChild(frame);
  return container;
}

/** The framed page for hosts that do not serve `page.html`, or forbid framing it. */
function pageText(): string {
  return (
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">' +
    `<link rel="stylesheet" href="${folder}app.css"></head>` +
    `<body><div id="app"></div><script src="${folder}app.js"></script></body></html>`
  );
}

function heard(said: FromFrame, port: MessagePort, start: Start, callbacks: Callbacks): void {
  switch (said.type) {
    case 'signed':
      return call(callbacks.signSuccessCb);
    case 'authenticated':
      return call(callbacks.authSuccessCb, said.userInfo);
    case 'left':
      return call(callbacks.authFailCb);
    case 'relay': {
      const { id, requestData: data, get, file } = said;
      void ask(nativeFetch, start.proxy, { requestData: data, get, file }).then((bytes) => {
        const answer: Relayed = { type: 'relayed', id, bytes };
        port.postMessage(answer, bytes === null ? [] : [bytes]);
      });
    }
  }
}

(window as unknown as { qysSdk: typeof QysSdk }).qysSdk = QysSdk;
