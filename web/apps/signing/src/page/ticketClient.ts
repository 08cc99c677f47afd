/** This browser's own key for tickets: a ticket opens again only where it was opened first. */
const KEY = 'qishu.client';

let remembered: string | null = null;

/** Made on first use. Where the browser refuses to keep it, it lasts as long as the page. */
export function clientKey(storage: () => Storage = () => window.localStorage): string {
  try {
    const known = storage().getItem(KEY);
    if (known && /^[0-9a-f]{32}$/.test(known)) return known;
    const made = randomKey();
    storage().setItem(KEY, made);
    return made;
  } catch {
    remembered ??= randomKey();
    return remembered;
  }
}

function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
