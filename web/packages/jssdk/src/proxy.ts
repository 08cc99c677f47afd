/** One request to the integrator's proxy (5.4): without headers of our own, so that the browser need not ask first. */

export interface ProxyRequest {
  requestData: string;
  get: boolean;
  file?: Blob | undefined;
}

/** Names the proxy protocol itself uses. */
const TAKEN = ['requestData', 'file'];

/** The proxy's address with the page's own parameters. */
export function proxyAddress(url: string, query: Readonly<Record<string, unknown>>, base: string): string {
  const address = new URL(url, base);
  if (address.protocol !== 'http:' && address.protocol !== 'https:') throw new Error(`qysSdk: ${url} is no http address`);
  for (const name of Object.keys(query)) {
    if (TAKEN.includes(name)) throw new Error(`qysSdk: the query parameter ${name} is taken, choose another name`);
    const value = query[name];
    if (value !== undefined && value !== null) address.searchParams.set(name, String(value));
  }
  return address.href;
}

/** The bytes of the answer, whatever its status or type; `null` when there was none. */
export async function ask(
  doFetch: typeof fetch,
  proxy: string,
  request: ProxyRequest,
  signal?: AbortSignal | null,
): Promise<ArrayBuffer | null> {
  const init: RequestInit = signal ? { signal } : {};
  let address = proxy;
  if (request.get) {
    const separator = proxy.includes('?') ? '&' : '?';
    address = `${proxy}${separator}requestData=${encodeURIComponent(request.requestData)}`;
  } else {
    init.method = 'POST';
    if (request.file) {
      const form = new FormData();
      form.append('requestData', request.requestData);
      form.append('file', request.file, 'file');
      init.body = form;
    } else {
      // One proxy takes everything behind the twelfth character for the data: nothing else may be in the body.
      init.body = new Blob([`requestData=${encodeURIComponent(request.requestData)}`], {
        type: 'application/x-www-form-urlencoded',
      });
    }
  }
  try {
    return await (await doFetch(address, init)).arrayBuffer();
  } catch (error) {
    if (signal?.aborted) throw error;
    return null;
  }
}
