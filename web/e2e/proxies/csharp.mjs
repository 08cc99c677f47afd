/** The C# reference proxy: takes a form's body from the twelfth character on, decodes multipart texts twice, unescapes answers. */
import { randomUUID } from 'node:crypto';
import { forward, isMultipart, md5, multipart, partsOf, queryOf, startProxy, urlencoded } from './lib.mjs';

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Allow-Methods': '*',
};
const MOST_BYTES = 40_960 * 1024;

const decoded = (text) => decodeURIComponent(text.replaceAll('+', ' '));
const unescaped = (text) => text.replace(/\\(.)/g, '$1');

export const startCSharp = ({ base, token, secret }) =>
  startProxy('/proxy', async (asked, response) => {
    const failed = (text) => void response.writeHead(500, { ...CORS, 'Content-Type': 'text/plain' }).end(text);
    if (asked.method === 'OPTIONS') return void response.writeHead(200, CORS).end();
    if (asked.body.length > MOST_BYTES) return failed('Maximum request length exceeded.');
    const timestamp = String(Date.now());
    const nonce = randomUUID();
    const headers = [
      ...['x-qys-open-accesstoken', token, 'x-qys-open-timestamp', timestamp, 'x-qys-open-nonce', nonce],
      ...['x-qys-open-signature', md5(token + secret + timestamp + nonce), 'User-Agent', 'qiyuesuo-csharp-sdk'],
      ...['Accept', 'text/plain,application/json', 'Accept-Encoding', 'gzip,deflate', 'version', 'proxy-sharp'],
    ];
    if (asked.method === 'GET') {
      const requestData = asked.query.get('requestData');
      if (!requestData) return void response.writeHead(200, CORS).end();
      const { status, bytes } = await forward(base, { method: 'GET', query: queryOf(requestData), headers });
      if (status >= 400) return failed(`The remote server returned an error: (${status}).`);
      return void response.writeHead(200, CORS).end(bytes);
    }
    const parts = isMultipart(asked) ? partsOf(asked) : [];
    const part = parts.find((one) => one.name === 'requestData');
    const requestData = decoded(part ? part.bytes.toString('utf8') : asked.body.toString('utf8').slice(12));
    const file = parts.find((one) => one.name === 'file' && one.bytes.length > 0);
    const sent = file
      ? multipart([
          { name: 'requestData', bytes: requestData },
          { name: 'file', fileName: 'streamFile', bytes: file.bytes },
        ])
      : urlencoded(requestData);
    const { status, bytes } = await forward(base, { method: 'POST', headers, ...sent });
    if (status >= 400) return failed(`The remote server returned an error: (${status}).`);
    response
      .writeHead(200, { ...CORS, 'Content-Type': 'text/plain; charset=utf-8' })
      .end(unescaped(bytes.toString('utf8')));
  });
