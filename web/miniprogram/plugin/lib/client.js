/** The page API for a mini-program: no cookies, the session is in memory. */

const KEY = 'qishu.client';

/** What the server refused, or that it could not be reached (`NETWORK`). */
class PageError extends Error {
  constructor(code, body = {}) {
    super(body.message || code);
    this.code = code;
    this.triesLeft = body.triesLeft;
    this.retryAfterSeconds = body.retryAfterSeconds;
  }
}

/** This client's own key: a ticket opens again only where it was opened first. */
function clientKey(wx) {
  const known = wx.getStorageSync(KEY);
  if (/^[0-9a-f]{32}$/.test(known)) return Promise.resolve(known);
  return new Promise((resolve, reject) => {
    wx.getRandomValues({
      length: 16,
      success: ({ randomValues }) => {
        const key = Array.from(new Uint8Array(randomValues), (byte) => byte.toString(16).padStart(2, '0')).join('');
        wx.setStorageSync(KEY, key);
        resolve(key);
      },
      fail: () => reject(new PageError('NETWORK')),
    });
  });
}

class PageClient {
  constructor(wx, base) {
    this.wx = wx;
    this.base = `${base}/page/api`;
    this.session = null;
  }

  async open(ticket) {
    const opened = await this.send('POST', '/ticket', { ticket, client: await clientKey(this.wx) });
    this.session = opened.session;
    return opened;
  }

  contract() {
    return this.send('GET', '/contract');
  }

  requestCode(revisions) {
    return this.send('POST', '/code', { revisions });
  }

  sign(request) {
    return this.send('POST', '/sign', request);
  }

  send(method, path, data) {
    return new Promise((resolve, reject) => {
      this.wx.request({
        url: this.base + path,
        method,
        data,
        header: this.header(),
        success: ({ statusCode, data: body }) => {
          if (statusCode >= 200 && statusCode < 300) resolve(body);
          else reject(new PageError((body && body.code) || 'UNKNOWN', body || {}));
        },
        fail: () => reject(new PageError('NETWORK')),
      });
    });
  }

  /** Fetches the revision that is shown, into a file of the client. */
  file({ id, revision }) {
    return new Promise((resolve, reject) => {
      this.wx.downloadFile({
        url: `${this.base}/documents/${id}/file?revision=${revision}`,
        header: this.header(),
        success: ({ statusCode, tempFilePath }) =>
          statusCode === 200 ? resolve(tempFilePath) : reject(new PageError('REVISION_CHANGED')),
        fail: () => reject(new PageError('NETWORK')),
      });
    });
  }

  header() {
    return { 'X-Qishu-Page': '1', ...(this.session ? { 'X-Qishu-Session': this.session } : {}) };
  }
}

module.exports = { PageClient, PageError, clientKey };
