/** The Python reference proxy: repeats a refused request twice with the same headers, then fails; answers forbid framing. */
import { randomUUID } from 'node:crypto';
import { formOf, forward, isMultipart, md5, multipart, partsOf, queryOf, startProxy, urlencoded } from './lib.mjs';

const corsFor = (asked) => ({
  'Access-Control-Allow-Origin': asked.headers.origin ?? '*',
  'Access-Control-Allow-Credentials': 'true',
  'Access-Control-Allow-Methods': 'DELETE, GET, OPTIONS, PATCH, POST, PUT, VIEW',
  'Access-Control-Allow-Headers':
    'XMLHttpRequest, X_FILENAME, accept-encoding, authorization, content-type, dnt, origin, user-agent, x-csrftoken, x-requested-with, nomes',
  'X-Frame-Options': 'SAMEORIGIN',
});

export const startPython = ({ base, token, secret }) =>
  startProxy('/proxy', async (asked, response) => {
    const cors = { ...corsFor(asked), 'Content-Type': 'text/html; charset=utf-8' };
    if (asked.method === 'OPTIONS') return void response.writeHead(200, cors).end();
    const timestamp = String(Date.now());
    const nonce = randomUUID();
    const headers = [
      ...['x-qys-open-accesstoken', token, 'x-qys-open-timestamp', timestamp, 'x-qys-open-nonce', nonce],
      ...['x-qys-open-signature', md5(token + secret + timestamp + nonce), 'version', 'PROXY-PYTHON'],
    ];
    const parts = isMultipart(asked) ? partsOf(asked) : [];
    const part = (name) => parts.find((one) => one.name === name);
    const posted = () => part('requestData')?.bytes.toString('utf8') ?? formOf(asked).get('requestData') ?? '';
    const send = () => {
      if (asked.method === 'GET') {
        return forward(base, { method: 'GET', query: queryOf(asked.query.get('requestData')), headers });
      }
      const file = part('file');
      const sent = file
        ? multipart([
            { name: 'requestData', bytes: posted() },
            { name: 'file', fileName: file.fileName ?? 'file', bytes: file.bytes },
          ])
        : urlencoded(posted());
      return forward(base, { method: 'POST', headers, ...sent });
    };
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const { status, bytes } = await send();
      if (status === 200) return void response.writeHead(200, cors).end(bytes);
    }
    response.writeHead(500, { ...cors, 'Content-Type': 'text/html' }).end('<h1>Server Error (500)</h1>');
  });
