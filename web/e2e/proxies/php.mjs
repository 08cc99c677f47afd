/** The PHP reference proxy: signs without a nonce, always sends a part named file, answers refused downloads with `Array`. */
import { formOf, forward, isMultipart, md5, multipart, partsOf, startProxy } from './lib.mjs';

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Credentials': 'false',
  'Access-Control-Allow-Methods': 'GET, POST, OPTIONS, PATCH, PUT, DELETE',
  'Access-Control-Allow-Headers':
    'XMLHttpRequest, X_FILENAME, accept-encoding, authorization, content-type, dnt, origin, user-agent, x-csrftoken, x-requested-with, nomes',
};

const isJson = (bytes) => {
  try {
    return typeof JSON.parse(bytes.toString('utf8')) === 'object';
  } catch {
    return false;
  }
};

export const startPhp = ({ base, token, secret }) =>
  startProxy('/proxy_php/public/index.php', async (asked, response) => {
    const html = { ...CORS, 'Content-Type': 'text/html' };
    if (asked.method === 'OPTIONS') return void response.writeHead(200, html).end();
    const timestamp = String(Date.now());
    const signature = md5((token + secret + timestamp).replaceAll(' ', ''));
    const headers = [
      ...['x-qys-open-accesstoken', token, 'x-qys-open-timestamp', timestamp],
      ...['x-qys-open-signature', signature],
    ];
    if (asked.method === 'GET') {
      const query = `?requestData=${encodeURIComponent(asked.query.get('requestData') ?? '')}`;
      const { bytes } = await forward(base, { method: 'GET', query, headers });
      return void response.writeHead(200, html).end(isJson(bytes) ? 'Array' : bytes);
    }
    const parts = isMultipart(asked) ? partsOf(asked) : [];
    const text = parts.find((part) => part.name === 'requestData')?.bytes.toString('utf8');
    // Body and query are merged, and the query wins.
    const requestData = asked.query.get('requestData') ?? text ?? formOf(asked).get('requestData') ?? '';
    const file = parts.find((part) => part.name === 'file');
    const sent = multipart([
      { name: 'requestData', bytes: requestData },
      file ? { name: 'file', fileName: '/tmp/phpA1b2C3', bytes: file.bytes } : { name: 'file', bytes: '' },
    ]);
    const { bytes } = await forward(base, { method: 'POST', headers, ...sent });
    response.writeHead(200, html).end(bytes);
  });

