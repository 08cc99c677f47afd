/** What a signer does, as steps. Works on the mock and on a real server alike; texts in both languages. */

export const texts = {
  sign: /^(签署合同|盖章签署|Sign|Seal)$/,
  drawHint: /点此手写您的姓名|Tap here to write your name/,
  done: /^(完成|Done)$/,
  next: /^(下一步|Next)$/,
  confirm: /^(确认签署|Sign now)$/,
  signed: /^(签署成功|You have signed)$/,
  code: /6 位验证码|6-digit code/,
};

/** Opens the link and waits until the first page of the contract is drawn. */
export async function openContract(page, link) {
  await page.goto(link);
  await firstPageDrawn(page);
}

export async function firstPageDrawn(page) {
  await page.locator('[data-page="0"][data-state="drawn"]').waitFor();
}

/** Waits until no sheet is open or on its way out. */
export async function sheetsClosed(page) {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('[role="dialog"], .van-overlay')].every((element) => element.getClientRects().length === 0),
  );
}

/** Waits until everything that moves has come to rest. */
export async function atRest(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    const ending = document.getAnimations().filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime));
    await Promise.all(ending.map(({ finished }) => finished.catch(() => null)));
    await frame();
  });
}

/** Draws three strokes that look like a short name. */
export async function drawSignature(page) {
  const pad = page.locator('.pad__canvas');
  await pad.waitFor();
  await page.waitForFunction(() => (document.querySelector('.pad__canvas')?.width ?? 0) > 300);
  const box = await pad.boundingBox();
  const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
  const strokes = [
    [[0.16, 0.42], [0.22, 0.38], [0.34, 0.36], [0.3, 0.46], [0.22, 0.56], [0.3, 0.6], [0.36, 0.56]],
    [[0.44, 0.34], [0.46, 0.46], [0.44, 0.6], [0.52, 0.5], [0.6, 0.44], [0.56, 0.56], [0.62, 0.6]],
    [[0.68, 0.4], [0.8, 0.36], [0.74, 0.48], [0.68, 0.58], [0.8, 0.54], [0.88, 0.6]],
  ];
  for (const [start, ...rest] of strokes) {
    await page.mouse.move(...at(...start));
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...at(...point), { steps: 6 });
    await page.mouse.up();
  }
}

/** From the contract to the code sheet with a freshly drawn signature. */
export async function drawAndContinue(page) {
  await page.getByRole('button', { name: texts.sign }).click();
  await page.getByRole('button', { name: texts.drawHint }).click();
  await drawSignature(page);
  await page.getByRole('button', { name: texts.done }).click();
  await page.getByRole('button', { name: texts.next }).click();
}

export async function enterCode(page, code) {
  await page.getByLabel(texts.code).fill(code);
  await page.getByRole('button', { name: texts.confirm }).click();
}

/** Reads messages of the outbox as a list of their JSON texts. */
export async function readOutbox(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`outbox ${address} answered ${response.status}`);
  const body = await response.json();
  const list = Array.isArray(body) ? body : (body.messages ?? body.items ?? body.result ?? []);
  return list.map((message) => JSON.stringify(message));
}

/** Waits for a message that was not in `before` and returns its six digits. */
export async function newCode(address, before, timeoutMs = 60_000) {
  const known = new Set(before);
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const fresh = (await readOutbox(address)).filter((message) => !known.has(message));
    const code = fresh.map((message) => /(?<!\d)\d{6}(?!\d)/.exec(message)?.[0]).find(Boolean);
    if (code) return code;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no new code in the outbox within ${timeoutMs} ms`);
}
