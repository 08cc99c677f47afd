/** What the four reference proxies share: reading what a browser sends, signing, forwarding to the platform. */
import { createHash } from 'node:crypto';
import http from 'node:http';

/** Starts a proxy. Every request it got is kept in `seen`, so that tests know what went through. */
export async function startProxy(path, answer) {
  const seen = [];
  const server = http.createServer(async (request, response) => {
    try {
      const address = new URL(request.url, 'http://proxy');
      if (address.pathname !== path) {
        response.writeHead(404).end();
        return;
      }
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const asked = {
        method: request.method,
        headers: request.headers,
        query: address.searchParams,
        body: Buffer.concat(chunks),
        kind: request.headers['content-type'] ?? '',
      };
      seen.push({ method: asked.method, url: request.url, body: asked.body.toString('latin1') });
      await answer(asked, response);
    } catch (error) {
      console.error('proxy', path, error);
      response.writeHead(500, { 'Content-Type': 'text/plain' }).end(String(error));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}${path}`;
  return {
    url,
    seen,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

export const md5 = (text) => createHash('md5').update(text).digest('hex');

/** Parts of a multipart body: `{ name, fileName, bytes }`. */
export function partsOf({ body, kind }) {
  const boundary = /boundary=(?:"([^"]+)"|([^;]+))/.exec(kind);
  if (!boundary) return [];
  const mark = Buffer.from(`--${boundary[1] ?? boundary[2]}`);
  const parts = [];
  let at = body.indexOf(mark);
  while (at >= 0) {
    const start = at + mark.length + 2;
    const next = body.indexOf(mark, start);
    if (next < 0) break;
    const part = body.subarray(start, next - 2);
    const end = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, end).toString('utf8');
    const value = (name) => new RegExp(`[; ]${name}="([^"]*)"`).exec(head)?.[1];
    parts.push({ name: value('name'), fileName: value('filename'), bytes: part.subarray(end + 4) });
    at = next;
  }
  return parts;
}

export const isMultipart = ({ kind }) => kind.startsWith('multipart/');

/** Fields of an urlencoded body, decoded once. */
export const formOf = ({ body }) => new URLSearchParams(body.toString('latin1'));

/** A multipart body of `{ name, fileName?, bytes }`. */
export function multipart(parts) {
  const boundary = `----proxy${md5(String(Math.random()))}`;
  const pieces = parts.flatMap(({ name, fileName, bytes }) => {
    const file = fileName === undefined ? '' : `; filename="${fileName}"\r\nContent-Type: application/octet-stream`;
    return [`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`, bytes, '\r\n'];
  });
  const body = Buffer.concat([...pieces, `--${boundary}--\r\n`].map((piece) => Buffer.from(piece)));
  return { body, kind: `multipart/form-data; boundary=${boundary}` };
}

export function urlencoded(requestData) {
  const body = Buffer.from(`requestData=${encodeURIComponent(requestData)}`);
  return { body, kind: 'application/x-www-form-urlencoded' };
}

/** Sends a request to the platform with headers as a list, so that one can be there twice. */
export function forward(base, { method, query = '', headers, body, kind }) {
  const address = new URL(`/uniformapi${query}`, base);
  const list = [...headers];
  if (body) list.push('Content-Type', kind, 'Content-Length', String(body.length));
  return new Promise((resolve, reject) => {
    const options = { method, headers: ['Host', address.host, ...list], agent: false };
    const request = http.request(address, options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, bytes: Buffer.concat(chunks) }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

export const queryOf = (requestData) => (requestData ? `?requestData=${encodeURIComponent(requestData)}` : '');
