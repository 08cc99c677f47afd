/** Starts Chromium and opens pages that fail a test when anything odd happens in them. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const PHONE = { width: 360, height: 740 };
export const TABLET = { width: 768, height: 1024 };
export const DESKTOP = { width: 1440, height: 900 };

const ARTIFACTS = process.env.QISHU_E2E_ARTIFACTS ?? fileURLToPath(new URL('../../../artifacts/', import.meta.url));

const FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  '--no-sandbox',
];

/** One process draws all pages of a context: a page opened beside another starts three times as fast. */
const SHARE_RENDERER = ['--process-per-site', '--renderer-process-limit=1'];

/** A browser with a fresh profile; `stop` ends it and removes the profile. */
export async function startBrowser({ sharesRenderer = false } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'qishu-e2e-'));
  const browser = await chromium.launch({
    executablePath: process.env.QISHU_E2E_CHROMIUM ?? '/usr/bin/chromium',
    args: sharesRenderer ? [...FLAGS, ...SHARE_RENDERER] : FLAGS,
    env: { ...process.env, HOME: home },
  });
  return {
    browser,
    stop: async () => {
      await browser.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A page of the given size with its own cookies, watched as `watchedPage` says. */
export async function newPage(browser, viewport, options) {
  const context = await newContext(browser, viewport, options);
  return { ...(await watchedPage(context)), close: () => context.close() };
}

/** Cookies and storage of one device. */
export function newContext(browser, viewport, { touch = viewport.width < 700, locale = 'zh-CN', ...options } = {}) {
  return browser.newContext({
    viewport,
    locale,
    hasTouch: touch,
    isMobile: touch,
    deviceScaleFactor: touch ? 2 : 1,
    acceptDownloads: true,
    ...options,
  });
}

/**
 * A page of a context. `faults` collects what must never happen: script errors, breaches of the content
 * security policy, requests to any other host.
 */
export async function watchedPage(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const faults = [];
  let host = null;
  page.on('pageerror', (error) => faults.push(`script error: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (/Content Security Policy/i.test(text)) faults.push(`policy: ${text}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!url.protocol.startsWith('http')) return;
    host ??= url.host;
    if (url.host !== host) faults.push(`foreign request: ${url.href}`);
  });
  return { page, faults };
}

/** Saves a picture under `artifacts/`. */
export async function shoot(page, name, options = {}) {
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`), ...options });
}
