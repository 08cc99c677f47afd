/** The sample pages, unchanged, through each of the four reference proxies, against the real server in a real browser. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DESKTOP, PHONE, shoot, startBrowser } from '../lib/browser.mjs';
import { drawSignature, enterCode, firstPageDrawn, newCode, readOutbox, texts } from '../lib/signer.mjs';
import { freePort, START, startWorld } from './world.mjs';

const MISCONFIGURED = '代理服务不可用，或代理使用的凭证有误';
let world;
let chromium;
let counter = 0;

before(async () => {
  world = await startWorld();
  chromium = await startBrowser();
});
after(async () => {
  await chromium?.stop();
  await world?.stop();
});

/** Somebody new, so that no limit of another test concerns them. */
function newPerson() {
  counter += 1;
  return `139${String(10_000_000 + (process.pid % 10_000) * 1000 + counter)}`;
}

/** Opens a page of the host; whatever is thrown there is a fault, unless the test expects it. */
async function visit(path, query, viewport, play, { expects = [] } = {}) {
  const touch = viewport.width < 700;
  const context = await chromium.browser.newContext({
    viewport,
    locale: 'zh-CN',
    hasTouch: touch,
    isMobile: touch,
    deviceScaleFactor: touch ? 2 : 1,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const faults = [];
  page.on('pageerror', (error) => faults.push(`script error: ${error.message}`));
  page.on('console', (message) => {
    if (/Content Security Policy|sandboxed/i.test(message.text())) faults.push(`policy: ${message.text()}`);
  });
  try {
    await page.goto(`${world.host}${path}?${new URLSearchParams(query)}`);
    await play(page);
    assert.deepEqual(
      faults.filter((fault) => !expects.some((expected) => fault.includes(expected))),
      [],
    );
  } catch (error) {
    await shoot(page, `failed-sdk-${path.replaceAll(/\W+/g, '-')}`).catch(() => undefined);
    if (faults.length > 0) console.error(faults);
    throw error;
  } finally {
    await context.close();
  }
}

/** The framed page: what the person sees. */
async function framed(page) {
  const element = await page.locator('iframe').elementHandle();
  const frame = await element.contentFrame();
  // Helpers draw with the mouse of the window.
  frame.mouse = page.mouse;
  return frame;
}

/** Signs in the frame; answers the code that was used. */
async function sign(page, contact) {
  const frame = await framed(page);
  await firstPageDrawn(frame);
  await frame.getByRole('button', { name: texts.sign }).click();
  await frame.getByRole('button', { name: texts.drawHint }).click();
  await drawSignature(frame);
  await frame.getByRole('button', { name: texts.done }).click();
  const outbox = world.outbox(contact);
  const before = await readOutbox(outbox);
  await frame.getByRole('button', { name: texts.next }).click();
  const code = await newCode(outbox, before);
  await enterCode(frame, code);
  await frame.getByRole('heading', { name: texts.signed }).waitFor();
  return code;
}

const message = (page, text) => page.locator('#message', { hasText: text }).waitFor();
const statusOf = async (contract) => (await world.api(`/v2/contract/detail?contractId=${contract}`)).status;

for (const name of Object.keys(START)) {
  describe(`through the ${name} proxy`, () => {
    for (const viewport of [PHONE, DESKTOP]) {
      it(`a person signs at ${viewport.width} points`, async () => {
        const contact = newPerson();
        const contract = await world.contract({ contacts: [contact] });
        const proxy = world.proxies[name];
        await visit('/samples/personal-sign.html', { proxy: proxy.url, contractId: contract, contact }, viewport, async (page) => {
          const frame = await page.waitForSelector('iframe').then(() => framed(page));
          const box = await page.locator('iframe').boundingBox();
          assert.deepEqual([box.width, box.height], [viewport.width, viewport.height], 'the element fills what it was given');
          await firstPageDrawn(frame);
          await shoot(page, `sdk-${name}-${viewport.width}`);
          await sign(page, contact);
          await message(page, '签署成功');
        });
        assert.equal(await statusOf(contract), 'COMPLETE');
        assert.ok(proxy.seen.every(({ method, url }) => method === 'OPTIONS' || url.includes('pageToken=order-42')));
        assert.ok(proxy.seen.every(({ method }) => method !== 'OPTIONS'), 'no browser had to ask first');
      });
    }

    it('a file is handed in', async () => {
      const contact = newPerson();
      const contract = await world.contract({ contacts: [contact], attachment: true });
      const query = { proxy: world.proxies[name].url, contractId: contract, contact };
      await visit('/samples/personal-sign.html', query, PHONE, async (page) => {
        await page.waitForSelector('iframe');
        const frame = await framed(page);
        await firstPageDrawn(frame);
        await frame.getByRole('button', { name: texts.sign }).click();
        await frame.locator('input[type=file]').first().setInputFiles({
          name: '证件 100%+.png',
          mimeType: 'image/png',
          buffer: Buffer.from(
            'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC',
            'base64',
          ),
        });
        await frame.getByText(/已上传|Handed in|Uploaded/i).first().waitFor();
      });
    });

    const rows = [
      ['nobody of the contract', { contact: '13700000099' }, '您没有查看或签署该合同的权限'],
      ['not this signer’s turn', { companyFirst: true }, '还未轮到您签署'],
      ['a contract that has ended', { ended: true }, '合同当前状态不能签署'],
      ['an unknown contract', { contractId: '3014826187358859384' }, '合同当前状态不能签署'],
    ];
    for (const [why, wanted, text] of rows) {
      it(`${why}: says so and shows nothing`, async () => {
        const contact = newPerson();
        const contract = await world.contract({ contacts: [contact], companyFirst: wanted.companyFirst });
        if (wanted.ended) await world.api('/v2/contract/forceend', { contractId: contract, reason: '终止合作' });
        const query = { proxy: world.proxies[name].url, contractId: wanted.contractId ?? contract, contact: wanted.contact ?? contact };
        await visit('/samples/personal-sign.html', query, PHONE, async (page) => {
          await message(page, text);
          assert.equal(await page.locator('iframe').count(), 0);
        });
      });
    }

    it('wrong credentials at the proxy are told from a refusal', async () => {
      const contact = newPerson();
      const contract = await world.contract({ contacts: [contact] });
      const query = { proxy: world.wrongKey[name].url, contractId: contract, contact };
      // PHP passes the platform's refusal on, the others hide it.
      const text = name === 'php' ? 'SIGNATURE' : MISCONFIGURED;
      await visit('/samples/personal-sign.html', query, PHONE, (page) => message(page, text));
    });
  });
}

describe('the page around', () => {
  it('a proxy that is away', async () => {
    const proxy = `http://127.0.0.1:${await freePort()}/proxy`;
    const query = { proxy, contractId: '3014826187358859384', contact: newPerson() };
    await visit('/samples/enterprise-sign.html', query, DESKTOP, (page) => message(page, MISCONFIGURED));
  });

  it('the handler of a company seals', async () => {
    const contract = await world.contract({ contacts: [newPerson()], companyFirst: true });
    const query = { proxy: world.proxies.java.url, contractId: contract, contact: '13800000000' };
    await visit('/samples/enterprise-sign.html', query, DESKTOP, async (page) => {
      await page.waitForSelector('iframe');
      const frame = await framed(page);
      await firstPageDrawn(frame);
      await frame.getByRole('button', { name: texts.sign }).waitFor();
    });
  });

  it('neither breaks the element nor learns a code or a ticket', async () => {
    const contact = newPerson();
    const contract = await world.contract({ contacts: [contact] });
    const proxy = world.proxies.python;
    const from = proxy.seen.length;
    const query = { proxy: proxy.url, contractId: contract, contact };
    await visit(
      '/pages/strict.html',
      query,
      PHONE,
      async (page) => {
        await page.waitForSelector('iframe');
        const code = await sign(page, contact);
        await message(page, '签署成功');
        const overheard = (await page.evaluate(() => window.overheard)).join('\n');
        const tickets = proxy.seen.slice(from).flatMap(({ body, url }) => {
          const data = new URLSearchParams(body).get('requestData') ?? new URL(url, 'http://p').searchParams.get('requestData');
          return data ? [JSON.parse(data).s].filter(Boolean) : [];
        });
        assert.ok(tickets.length > 3, 'the signing went through the proxy');
        assert.ok(overheard.includes(contract), 'the eavesdropper works: it hears what the page itself passes in');
        for (const ticket of new Set(tickets)) assert.ok(!overheard.includes(ticket), 'a ticket was overheard');
        assert.ok(!overheard.includes(code), 'the code was overheard');
        assert.equal(await page.evaluate(() => document.querySelector('iframe').contentDocument), null);
      },
      { expects: ['define was called', 'a fault of the page itself'] },
    );
  });

  it('answers to any number of preloads and shows no global but its own', async () => {
    await visit('/samples/personal-sign.html', { proxy: 'http://127.0.0.1:9/', contractId: '1', contact: '1' }, PHONE, async (page) => {
      await page.addScriptTag({ url: `${world.host}/js/index.js/` });
      const added = await page.evaluate(async (host) => {
        const blank = document.createElement('iframe');
        document.body.append(blank);
        const known = new Set(Object.getOwnPropertyNames(blank.contentWindow));
        blank.remove();
        void host;
        return Object.getOwnPropertyNames(window).filter((name) => !known.has(name) && !/^\d+$/.test(name));
      }, world.host);
      // `given` is the sample's own.
      assert.deepEqual(added.filter((name) => !name.startsWith('__')).sort(), ['given', 'qysSdk']);
      const refused = await page.evaluate(async () => {
        const errors = [];
        try {
          new window.qysSdk('http://127.0.0.1:9/', { query: { file: '1' } });
        } catch (error) {
          errors.push(error.message);
        }
        const sdk = new window.qysSdk('http://127.0.0.1:9/');
        await sdk.personalSign(3014826187358859384, '13900000000').catch((error) => errors.push(error.code));
        await sdk.personalSign('1').catch((error) => errors.push(error.message));
        await sdk.enterpriseAuth({ companyName: '契书' }).catch((error) => errors.push(error.message));
        return errors;
      });
      assert.match(refused[0], /file is taken/);
      assert.equal(refused[1], 1005);
      assert.match(refused[2], /contact/);
      assert.match(refused[3], /companyAuthBean\.applicant\.contact/);
    });
  });
});
