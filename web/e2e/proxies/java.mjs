/** The Java reference proxy: swallows refusals, loses characters outside Latin-1, adds the token twice. */
import { randomUUID } from 'node:crypto';
import { formOf, forward, isMultipart, md5, multipart, partsOf, queryOf, startProxy, urlencoded } from './lib.mjs';

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST, DELETE, OPTIONS, PUT',
};

export const startJava = ({ base, token, secret }) =>
  startProxy('/proxy', async (asked, response) => {
    if (asked.method === 'OPTIONS') return void response.writeHead(200, CORS).end();
    const timestamp = String(Date.now());
    const nonce = randomUUID();
    const headers = [
      ...['x-qys-open-accesstoken', token, 'x-qys-open-accesstoken', token],
      ...['x-qys-open-timestamp', timestamp, 'x-qys-open-nonce', nonce],
      ...['x-qys-open-signature', md5(token + secret + timestamp + nonce)],
      ...['Accept', 'text/plain,application/json', 'Accept-Encoding', 'gzip,deflate'],
    ];
    if (asked.method === 'GET') {
      const query = queryOf(asked.query.get('requestData'));
      const { status, bytes } = await forward(base, { method: 'GET', query, headers });
      return void response.writeHead(200, CORS).end(status >= 400 ? '' : bytes);
    }
    const parts = isMultipart(asked) ? partsOf(asked) : [];
    const text = parts.find((part) => part.name === 'requestData')?.bytes.toString('utf8');
    const requestData = asked.query.get('requestData') ?? text ?? formOf(asked).get('requestData') ?? '';
    const file = parts.find((part) => part.name === 'file');
    const sent = file
      ? multipart([
          { name: 'requestData', bytes: requestData },
          { name: 'file', fileName: 'streamFile', bytes: file.bytes },
        ])
      : urlencoded(requestData);
    const { status, bytes } = await forward(base, { method: 'POST', headers, ...sent });
    const latin = bytes.toString('utf8').replace(/[^\u0000-\u00ff]/g, '?');
    response.writeHead(200, CORS).end(status >= 400 ? '' : Buffer.from(latin, 'latin1'));
  });
