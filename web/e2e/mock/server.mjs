/**
 * Plays the server's part for the browser tests and for `vite dev`: serves the built page under the same
 * security headers, and the page API with states kept in memory. `node mock/server.mjs [port]`.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contractAnswer, documentsOf, draftAnswer, scenarioState } from './scenarios.mjs';

const DIST = fileURLToPath(new URL('../../apps/signing/dist/', import.meta.url));
const COOKIE = 'qishu_page';
const MIME = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};
/** The page's policy. The worker's own file has another: image decoders are WebAssembly. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self' blob:; img-src 'self' blob: data:; " +
  "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const ASSET_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

const MESSAGES = {
  CODE_WRONG: '验证码错误',
  SESSION_EXPIRED: '会话已过期',
  LINK_EXPIRED: '链接已过期',
};

class Refusal extends Error {
  constructor(code, status, extra = {}) {
    super(code);
    this.status = status;
    this.body = { code, message: MESSAGES[code] ?? `服务器拒绝：${code}`, messageEn: `refused: ${code}`, ...extra };
  }
}

/** Starts on `port` (0 = any free one); resolves with the address and a way to stop. */
export function startMock(port = 0) {
  const world = { sessions: new Map(), states: new Map(), outbox: [] };
  const server = createServer((request, response) => {
    handle(world, request, response).catch((error) => {
      if (error instanceof Refusal) sendJson(response, error.status, error.body);
      else {
        console.error(error);
        sendJson(response, 500, { code: 'INTERNAL', message: '服务器内部错误', messageEn: 'internal error' });
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      const base = `http://127.0.0.1:${server.address().port}`;
      resolve({ base, world, stop: () => new Promise((done) => server.close(done).closeAllConnections()) });
    });
  });
}

async function handle(world, request, response) {
  const url = new URL(request.url, `http://${request.headers.host}`);
  if (url.pathname.startsWith('/page/assets/')) return sendAsset(response, url.pathname.slice('/page/assets/'.length));
  if (url.pathname.startsWith('/page/api/')) return api(world, request, response, url);
  if (url.pathname === '/demo/outbox') return sendJson(response, 200, world.outbox);
  if (url.pathname === '/callback-target') return send(response, 200, 'text/plain; charset=utf-8', 'integrator');
  if (url.pathname.startsWith('/s/') || url.pathname.startsWith('/page/')) {
    response.setHeader('Content-Security-Policy', PAGE_POLICY);
    response.setHeader('Cache-Control', 'no-store');
    return send(response, 200, MIME['.html'], await readFile(join(DIST, 'index.html')));
  }
  return send(response, 404, 'text/plain', 'not found');
}

async function api(world, request, response, url) {
  const operation = url.pathname.slice('/page/api/'.length);
  if (request.method === 'POST' && request.headers['x-qishu-page'] !== '1') throw new Refusal('FORBIDDEN', 403);
  if (operation === 'open') return sendJson(response, 200, open(world, response, await readJson(request)));
  if (operation === 'join' || operation === 'join/code') return takePlace(world, response, operation, await readJson(request));
  const { state, isLoggedIn } = sessionState(world, request);
  if (operation === 'login/code') return sendJson(response, 200, sendLoginCode(world, state, await readJson(request)));
  if (operation === 'login') return sendJson(response, 200, logIn(world, response, state, await readJson(request)));
  if (!isLoggedIn) throw new Refusal('SESSION_EXPIRED', 401);
  const documents = documentsOf(state);
  const file = /^documents\/([^/]+)\/file$/.exec(operation);
  if (file) return sendFile(state, documents, file[1], url, request, response);
  refuseOnce(state, operation);
  const seal = /^steps\/([^/]+)\/seals\/([^/]+)$/.exec(operation);
  if (seal) return send(response, 200, 'image/svg+xml', sealPicture(seal[2]));
  const upload = /^attachments\/(\d+)$/.exec(operation);
  if (upload) {
    for await (const part of request) void part;
    state.attachments = state.attachments.map((demand) => ({ ...demand, isHandedIn: demand.isHandedIn || demand.id === upload[1] }));
    return sendJson(response, 200, {});
  }
  switch (`${request.method} ${operation}`) {
    case 'GET contract':
      return sendJson(response, 200, contractAnswer(state, documents, `http://${request.headers.host}`));
    case 'POST code':
      return sendJson(response, 200, sendCode(world, state, documents, await readJson(request)));
    case 'POST sign':
      return sign(state, documents, await readJson(request), request, response);
    case 'POST print':
      state.printed = true;
      return sendJson(response, 200, {});
    case 'POST audit':
      return audit(state, documents, await readJson(request), request, response);
    case 'POST recall':
    case 'POST end': {
      state.received.push({ operation, ...(await readJson(request)) });
      Object.assign(state, { status: operation === 'recall' ? 'RECALLED' : 'FORCE_END', buttons: { download: true } });
      return sendJson(response, 200, {});
    }
    case 'POST password/code':
      issueCode(world, state);
      return sendJson(response, 200, { sentTo: '139****0001', retryAfterSeconds: 60, expiresInSeconds: 300, simulated: true });
    case 'POST password': {
      const { code, password } = await readJson(request);
      checkCode(state, code);
      state.received.push({ password });
      state.signPassword = password;
      state.password = { ...state.password, isSet: true, usable: state.password.usable || state.password.required };
      return sendJson(response, 200, {});
    }
    case 'GET appoint':
      return sendJson(response, 200, draftAnswer(state, documents, `http://${request.headers.host}`));
    case 'POST appoint/positions': {
      const { positions } = await readJson(request);
      state.received.push(positions);
      state.positions = positions.map((position, keep) => ({ ...position, keep, moves: true }));
      return sendJson(response, 200, {});
    }
    case 'POST appoint/params': {
      const { params } = await readJson(request);
      state.received.push(params);
      const given = new Map(params.map(({ name, value }) => [name, value || null]));
      state.params = state.params.map((param) => (given.has(param.name) ? { ...param, value: given.get(param.name) } : param));
      state.edition += 1;
      return sendJson(response, 200, {});
    }
    case 'POST appoint/basics':
    case 'POST appoint/send':
      state.received.push({ operation, ...(await readJson(request)) });
      return sendJson(response, 200, {});
    case 'POST fill':
      state.received.push((await readJson(request)).params);
      Object.assign(state, { fill: null, status: 'SIGNING', step: null });
      return sendJson(response, 200, { status: 'FILLED' });
    case 'POST reject':
      return sendJson(response, 200, reject(state, await readJson(request)));
    default:
      throw new Refusal('NOT_FOUND', 404);
  }
}

function open(world, response, { token }) {
  if (token.startsWith('expired')) throw new Refusal('LINK_EXPIRED', 410);
  if (!world.states.has(token)) world.states.set(token, scenarioState(token));
  const state = world.states.get(token);
  if (!state) throw new Refusal('LINK_EXPIRED', 410);
  if (state.place && !state.isJoined) return { purpose: 'JOIN', session: '', lang: 'cn', themeColor: null, place: state.place };
  return enter(world, response, state, !state.asksForLogin);
}

/** Takes a free place: the token comes with each request. */
function takePlace(world, response, operation, body) {
  const state = world.states.get(body.token);
  if (!state?.place || state.isJoined) throw new Refusal('LINK_EXPIRED', 410);
  if (operation === 'join/code') {
    issueCode(world, state);
    return sendJson(response, 200, { sentTo: '139****0001', retryAfterSeconds: 60, expiresInSeconds: 300, simulated: true });
  }
  checkCode(state, body.code);
  state.received.push(body);
  state.isJoined = true;
  return sendJson(response, 200, enter(world, response, state, true));
}

/** A new session, still to log in or not. */
function enter(world, response, state, isLoggedIn) {
  const session = randomBytes(32).toString('base64url');
  world.sessions.set(session, { state, isLoggedIn });
  const cookie = state.refusesCookies ? '' : session;
  response.setHeader('Set-Cookie', `${COOKIE}=${cookie}; HttpOnly; SameSite=Lax; Path=/`);
  return {
    purpose: isLoggedIn ? (state.purpose ?? 'SIGN') : 'LOG_IN',
    session,
    lang: state.lang ?? 'cn',
    themeColor: state.themeColor ?? null,
    contact: isLoggedIn ? null : '139****0001',
  };
}

function sessionState(world, request) {
  const cookie = new RegExp(`${COOKIE}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1];
  const session = world.sessions.get(request.headers['x-qishu-session'] ?? cookie);
  if (!session) throw new Refusal('SESSION_EXPIRED', 401);
  return session;
}

const REFUSAL_DETAILS = {
  CODE_LOCKED: { retryAfterSeconds: 55 },
  TOO_OFTEN: { retryAfterSeconds: 90 },
};

function refuseOnce(state, operation) {
  const code = state.refuseOnce.get(operation);
  if (!code || code === 'LOST') return;
  // A lost session stays lost: the page tries once more with the token it holds in memory.
  if (code !== 'SESSION_EXPIRED') state.refuseOnce.delete(operation);
  if (code === 'REVISION_CHANGED') state.edition += 1;
  if (code === 'CONTRACT_CLOSED') Object.assign(state, { status: 'RECALLED', step: { canSign: false, canReject: false, refusalCode: code } });
  if (code === 'ALREADY_SIGNED') state.isSigned = true;
  if (code === 'NOT_YOUR_TURN') state.step = { canSign: false, canReject: false, refusalCode: code };
  if (code === 'PLACEMENT_REQUIRED') Object.assign(state, { placements: () => [], step: { needsPlacement: true } });
  throw new Refusal(code, code === 'TOO_OFTEN' ? 429 : code === 'SESSION_EXPIRED' ? 401 : 409, REFUSAL_DETAILS[code]);
}

/** Answers alike for strangers; only the right contact gets a message. */
function sendLoginCode(world, state, { contact }) {
  refuseOnce(state, 'login/code');
  if (contact === '13900000001') issueCode(world, state);
  return { sentTo: `${contact.slice(0, 3)}****${contact.slice(-4)}`, retryAfterSeconds: 60, expiresInSeconds: 300, simulated: true };
}

function logIn(world, response, state, { contact, code }) {
  if (contact !== '13900000001') throw new Refusal('CODE_WRONG', 409, { triesLeft: 4 });
  checkCode(state, code);
  return enter(world, response, state, true);
}

function checkRevisions(documents, revisions) {
  const shown = new Map(revisions.map(({ documentId, revision }) => [documentId, revision]));
  const isCurrent = shown.size === documents.length && documents.every(({ id, revision }) => shown.get(id) === revision);
  if (!isCurrent) throw new Refusal('REVISION_CHANGED', 409);
}

function sendCode(world, state, documents, { revisions }) {
  checkRevisions(documents, revisions);
  issueCode(world, state);
  return { sentTo: '139****0001', retryAfterSeconds: 60, expiresInSeconds: 300, simulated: state.simulated ?? true };
}

function issueCode(world, state) {
  state.code = String(randomInt(1_000_000)).padStart(6, '0');
  state.triesLeft = 5;
  world.outbox.push({ contact: '13900000001', channel: 'SMS', text: `【契书】验证码 ${state.code}，5 分钟内有效。` });
}

function sign(state, documents, body, request, response) {
  checkRevisions(documents, body.revisions);
  const isLost = state.refuseOnce.get('sign') === 'LOST';
  if (body.password === undefined) checkCode(state, body.code);
  if (body.password === undefined ? false : body.password !== (state.signPassword ?? 'k7#mQ2')) throw new Refusal('PASSWORD_WRONG', 400, { triesLeft: 4 });
  const { step } = contractAnswer(state, documents, '');
  if (step.needsPicture && !body.signature) throw new Refusal('PICTURE_REQUIRED', 409);
  if (state.step?.needsPlacement && !body.placements?.length) throw new Refusal('PLACEMENT_REQUIRED', 409);
  state.received.push(body);
  state.isSigned = true;
  state.edition += 1;
  if (isLost) {
    // The answer breaks off. (A browser repeats a request by itself when not even its head arrived.)
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '400' });
    response.write('{"status":', () => request.socket.destroy());
    return;
  }
  const { contract, callbackPage } = contractAnswer(state, documents, `http://${request.headers.host}`);
  sendJson(response, 200, { status: 'SIGNED', contractStatus: contract.status, callbackPage });
}

function audit(state, documents, body, request, response) {
  checkRevisions(documents, body.revisions);
  if (body.pass) checkCode(state, body.code);
  state.received.push(body);
  if (body.pass) state.isApproved = true;
  else state.isRejected = true;
  const { contract } = contractAnswer(state, documents, `http://${request.headers.host}`);
  sendJson(response, 200, { status: body.pass ? 'APPROVED' : 'REFUSED', contractStatus: contract.status });
}

/** A red round seal with a star. */
function sealPicture(id) {
  const text = id === '7002' ? '合同专用章' : id === 'standard' ? '' : '公章';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120"><g fill="none" stroke="#c8102e" stroke-width="4"><circle cx="60" cy="60" r="56"/></g><path fill="#c8102e" d="m60 38 6 17h18l-14 11 5 17-15-10-15 10 5-17-14-11h18z"/><text x="60" y="104" font-size="13" text-anchor="middle" fill="#c8102e">${text}</text></svg>`;
}

function checkCode(state, code) {
  if (!state.code) throw new Refusal('CODE_EXPIRED', 409);
  if (code === state.code) return;
  state.triesLeft -= 1;
  if (state.triesLeft > 0) throw new Refusal('CODE_WRONG', 409, { triesLeft: state.triesLeft });
  state.code = null;
  throw new Refusal('CODE_LOCKED', 409, REFUSAL_DETAILS.CODE_LOCKED);
}

function reject(state, body) {
  state.received.push(body);
  state.isRejected = true;
  return { status: 'REJECTED' };
}

function sendFile(state, documents, id, url, request, response) {
  const found = documents.find((document) => document.id === id);
  if (!found) throw new Refusal('NOT_FOUND', 404);
  const { bytes, revision, title } = found;
  response.setHeader('ETag', `"${revision}"`);
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Cache-Control', 'private, no-cache');
  if (url.searchParams.get('download') === '1') {
    response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(title)}.pdf`);
    return send(response, 200, 'application/pdf', bytes);
  }
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (!range) return send(response, 200, 'application/pdf', bytes);
  const begin = Number(range[1]);
  const end = Math.min(Number(range[2]) + 1, bytes.length);
  response.setHeader('Content-Range', `bytes ${begin}-${end - 1}/${bytes.length}`);
  return send(response, 206, 'application/pdf', bytes.subarray(begin, end));
}

async function sendAsset(response, path) {
  const name = normalize(path);
  try {
    if (name.startsWith('..')) throw new Error('outside');
    const body = await readFile(join(DIST, name));
    response.setHeader('Content-Security-Policy', ASSET_POLICY);
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    send(response, 200, MIME[extname(name)] ?? 'application/octet-stream', body);
  } catch {
    send(response, 404, 'text/plain', 'not found');
  }
}

async function readJson(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString('utf8') || '{}');
}

function sendJson(response, status, body) {
  if (!response.headersSent) send(response, status, 'application/json; charset=utf-8', JSON.stringify(body));
}

function send(response, status, type, body) {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.writeHead(status, { 'Content-Type': type });
  response.end(body);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { base } = await startMock(Number(process.argv[2] ?? 5180));
  console.log(`mock: ${base}/s/sign`);
}
