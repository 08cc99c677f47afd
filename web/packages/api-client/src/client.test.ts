import { describe, expect, it } from 'vitest';
import { createPageClient, PageError } from './index';

type Call = { url: string; init: RequestInit; headers: Headers };

/** A client whose requests are answered by `answer` and recorded. */
function recordingClient(answer: (call: Call) => Response | Promise<Response>) {
  const calls: Call[] = [];
  const client = createPageClient({
    fetch: async (input, init = {}) => {
      const call = { url: String(input), init, headers: new Headers(init.headers) };
      calls.push(call);
      return answer(call);
    },
  });
  return { client, calls };
}

const json = (body: unknown, status = 200, headers: HeadersInit = {}) =>
  new Response(JSON.stringify(body), { status, headers });

const opened = { purpose: 'SIGN', session: 'memory-token', lang: 'cn' };

async function refusalOf(promise: Promise<unknown>): Promise<PageError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PageError);
  return error as PageError;
}

describe('page client', () => {
  it('proves the page origin on every call that changes something', async () => {
    const { client, calls } = recordingClient(() => json({}));
    await client.requestCode([{ documentId: '1', revision: 'ab' }]);
    await client.sign({ revisions: [], steps: [], code: '123456', saveSignature: false });
    await client.reject('条款有误');
    for (const call of calls) {
      expect(call.init.method).toBe('POST');
      expect(call.headers.get('X-Qishu-Page')).toBe('1');
      expect(call.init.credentials).toBe('same-origin');
    }
    expect(calls.map((call) => call.url)).toEqual([
      '/page/api/code',
      '/page/api/sign',
      '/page/api/reject',
    ]);
  });

  it('says in which language the page is shown, once that is known', async () => {
    const { client, calls } = recordingClient(() => json({}));
    await client.requestPasswordCode();
    client.setLanguage('en');
    await client.requestPasswordCode();
    expect(calls.map((call) => call.headers.get('X-Qishu-Lang'))).toEqual([null, 'en']);
  });

  it('relies on the cookie while it works', async () => {
    const { client, calls } = recordingClient(({ url }) => json(url.endsWith('/open') ? opened : {}));
    await client.open('t');
    await client.contract();
    expect(calls.map((call) => call.headers.has('X-Qishu-Session'))).toEqual([false, false]);
    expect(client.hasCookieSession).toBe(true);
  });

  it('falls back to the session held in memory when the cookie is refused', async () => {
    const { client, calls } = recordingClient(({ url, headers }) => {
      if (url.endsWith('/open')) return json(opened);
      return headers.get('X-Qishu-Session') === 'memory-token'
        ? json({ purpose: 'SIGN' })
        : json({ code: 'SESSION_EXPIRED' }, 401);
    });
    await client.open('t');
    expect(await client.contract()).toEqual({ purpose: 'SIGN' });
    expect(client.hasCookieSession).toBe(false);
    await client.requestCode([]);
    expect(calls.at(-1)?.headers.get('X-Qishu-Session')).toBe('memory-token');
  });

  it('logs in with a contact and a code, and uses the session that comes of it', async () => {
    const { client, calls } = recordingClient(({ url, headers }) => {
      if (url.endsWith('/open')) return json({ ...opened, purpose: 'LOG_IN', session: 'before' });
      if (headers.get('X-Qishu-Session') === null) return json({ code: 'SESSION_EXPIRED' }, 401);
      return json(url.endsWith('/login') ? { ...opened, session: 'after' } : {});
    });
    await client.open('t');
    await client.requestLoginCode('13900000001');
    await client.logIn('13900000001', '123456');
    await client.contract();
    expect(calls.map((call) => call.headers.get('X-Qishu-Session'))).toEqual([null, null, 'before', 'before', 'after']);
    expect(calls[3]?.init.body).toBe('{"contact":"13900000001","code":"123456"}');
  });

  it('does not retry an expired session it has no token for', async () => {
    const { client, calls } = recordingClient(() => json({ code: 'SESSION_EXPIRED' }, 401));
    expect((await refusalOf(client.contract())).code).toBe('SESSION_EXPIRED');
    expect(calls).toHaveLength(1);
  });

  it('reads code, tries left and waiting time of a refusal', async () => {
    const { client } = recordingClient(() =>
      json({ code: 'CODE_WRONG', message: '不正确', messageEn: 'wrong', triesLeft: 0 }, 400),
    );
    const error = await refusalOf(client.sign({ revisions: [], steps: [], code: '0', saveSignature: false }));
    expect(error.code).toBe('CODE_WRONG');
    expect(error.details).toMatchObject({ status: 400, message: '不正确', triesLeft: 0 });
  });

  it('takes the waiting time from Retry-After when the body has none', async () => {
    const { client } = recordingClient(() => new Response('busy', { status: 429, headers: { 'Retry-After': '7' } }));
    const error = await refusalOf(client.requestCode([]));
    expect(error.code).toBe('TOO_OFTEN');
    expect(error.details.retryAfterSeconds).toBe(7);
  });

  it('names a missing answer and an answer that is not ours', async () => {
    const offline = recordingClient(() => Promise.reject(new TypeError('offline')));
    expect((await refusalOf(offline.client.contract())).code).toBe('NETWORK');
    const brokenBody = new ReadableStream({ pull: (stream) => stream.error(new TypeError('reset')) });
    const broken = recordingClient(() => new Response(brokenBody));
    expect((await refusalOf(broken.client.contract())).code).toBe('NETWORK');
    const proxy = recordingClient(() => new Response('<html>', { status: 200 }));
    expect((await refusalOf(proxy.client.contract())).code).toBe('UNKNOWN');
    const strange = recordingClient(() => json({ code: 'SOMETHING_NEW', message: '新' }, 409));
    const error = await refusalOf(strange.client.contract());
    expect([error.code, error.details.message]).toEqual(['UNKNOWN', '新']);
  });

  it('asks for a half-open byte range of the shown revision', async () => {
    const { client, calls } = recordingClient(() => new Response('x'));
    await client.file({ documentId: 'a/b', revision: 'ff' }, { range: [0, 65536] });
    expect(calls[0]?.url).toBe('/page/api/documents/a%2Fb/file?revision=ff');
    expect(calls[0]?.headers.get('Range')).toBe('bytes=0-65535');
    expect(client.downloadUrl('7')).toBe('/page/api/documents/7/file?download=1');
  });
});
