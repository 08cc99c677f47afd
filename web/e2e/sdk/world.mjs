/** The real server, an integrator's static host and its four proxies, and contracts to sign. */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCSharp } from '../proxies/csharp.mjs';
import { startJava } from '../proxies/java.mjs';
import { startPhp } from '../proxies/php.mjs';
import { startPython } from '../proxies/python.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const BINARY = process.env.SANDBOX_BINARY ?? here('../../../target/debug/qishu');
const CREDENTIALS = { token: 'QishuDemo1', secret: 'QishuDemoSecret0123456789abcdef0' };
const COMPANY = '契书演示科技有限公司';
const TYPES = { '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.svg': 'image/svg+xml' };

export const START = { java: startJava, csharp: startCSharp, php: startPhp, python: startPython };

/** Starts everything; `stop` ends it and removes its data. */
export async function startWorld() {
  const platform = await startPlatform();
  const proxies = {};
  for (const [name, start] of Object.entries(START)) proxies[name] = await start({ base: platform.base, ...CREDENTIALS });
  const wrongKey = {};
  for (const [name, start] of Object.entries(START)) {
    wrongKey[name] = await start({ base: platform.base, token: CREDENTIALS.token, secret: 'wrong' });
  }
  const host = await startHost();
  return {
    base: platform.base,
    outbox: (contact) => `${platform.base}/demo/outbox?contact=${contact}`,
    host: host.base,
    proxies,
    wrongKey,
    api: (path, body) => call(platform.base, path, body),
    contract: (options) => contract(platform.base, options),
    stop: async () => {
      await Promise.all([...Object.values(proxies), ...Object.values(wrongKey), host].map((one) => one.stop()));
      await platform.stop();
    },
  };
}

/** A port nobody listens at. */
export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startPlatform() {
  const data = mkdtempSync(join(tmpdir(), 'qishu-sdk-'));
  const port = await freePort();
  const process = spawn(BINARY, ['serve', '--demo', '--data-dir', data, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  process.stderr.on('data', (chunk) => (log += chunk));
  const base = `http://127.0.0.1:${port}`;
  const end = Date.now() + 60_000;
  while (!(await fetch(`${base}/readyz`).then((answer) => answer.ok, () => false))) {
    if (Date.now() > end || process.exitCode !== null) throw new Error(`the server did not start: ${log.slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    base,
    stop: async () => {
      const gone = new Promise((resolve) => process.once('exit', resolve));
      process.kill('SIGTERM');
      await gone;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** The integrator's static host: the three folders, the sample pages, and pages of the tests below `/pages/`. */
export async function startHost() {
  const roots = { '/samples/': here('../../packages/jssdk/samples/'), '/pages/': here('pages/') };
  const dist = here('../../packages/jssdk/dist/');
  const server = http.createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://host').pathname);
    const root = Object.entries(roots).find(([prefix]) => path.startsWith(prefix));
    const file = root ? join(root[1], normalize(path.slice(root[0].length))) : join(dist, normalize(path));
    try {
      const bytes = readFileSync(file.replace(/\/$/, ''));
      const headers = { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' };
      if (path.endsWith('strict.html')) headers['Content-Security-Policy'] = strictPolicy(request);
      response.writeHead(200, headers).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

/** As strict as a page can be that shows something of its own host and talks to its proxy. */
function strictPolicy(request) {
  const proxy = new URL(new URL(request.url, 'http://host').searchParams.get('proxy')).origin;
  return `default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'; connect-src ${proxy}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'`;
}

const md5 = (text) => createHash('md5').update(text).digest('hex');

function signed() {
  const timestamp = String(Date.now());
  const nonce = randomUUID();
  return {
    'x-qys-open-accesstoken': CREDENTIALS.token,
    'x-qys-open-timestamp': timestamp,
    'x-qys-open-nonce': nonce,
    'x-qys-open-signature': md5(CREDENTIALS.token + CREDENTIALS.secret + timestamp + nonce),
  };
}

/** A call of the Open API by the integrator; answers its result. */
async function call(base, path, body) {
  const isForm = body instanceof FormData;
  const headers = isForm ? signed() : { ...signed(), 'Content-Type': 'application/json' };
  const init = body === undefined ? { headers } : { method: 'POST', headers, body: isForm ? body : JSON.stringify(body) };
  const answer = await (await fetch(base + path, init)).json();
  if (answer.code !== 0) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer.result;
}

/** A contract on its way to people, with a place for each signature. `companyFirst`: nobody else's turn yet. */
async function contract(base, { contacts, companyFirst = false, attachment = false, more = {} }) {
  const people = contacts.map((contact, index) => ({
    tenantType: 'PERSONAL',
    tenantName: '张三',
    serialNo: companyFirst ? index + 2 : 1,
    receiver: { name: '张三', contact, contactType: contact.includes('@') ? 'EMAIL' : 'MOBILE' },
    ...(attachment ? { attachments: [{ title: '身份证复印件', required: true }] } : {}),
  }));
  const company = { tenantType: 'COMPANY', tenantName: COMPANY, serialNo: 1, actions: [{ type: 'COMPANY' }] };
  const signatories = companyFirst ? [company, ...people] : people;
  const draft = await call(base, '/v2/contract/draft', { subject: '采购合同 “100% + 质保”', signatories, ...more });
  const form = new FormData();
  form.append('contractId', draft.id);
  form.append('title', '正文');
  form.append('fileSuffix', 'pdf');
  form.append('file', new Blob([readFileSync(here('../../../examples/contract.pdf'))]), 'contract.pdf');
  const { documentId } = await call(base, '/v2/document/addbyfile', form);
  const detail = await call(base, `/v2/contract/detail?contractId=${draft.id}`);
  const stampers = detail.signatories.flatMap((party) => {
    const place = { documentId, page: 1, offsetX: 0.5, offsetY: 0.3 };
    if (party.tenantType === 'PERSONAL') return [{ ...place, signatoryId: party.id, type: 'PERSONAL' }];
    return party.actions.map((action) => ({ ...place, actionId: action.id, type: 'COMPANY' }));
  });
  await call(base, '/v2/contract/send', { contractId: draft.id, stampers });
  return draft.id;
}
