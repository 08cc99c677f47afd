import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/**
 * Prints what the first screen loads (index.html and everything it names), compressed, and fails the
 * build above the limit. Parts fetched later (pdf.js, the signature pad) are listed but do not count.
 */
export function firstLoadBudget({ limitBytes }: { limitBytes: number }): Plugin {
  return {
    name: 'first-load-budget',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const sizes = new Map<string, number>();
        const atStart = new Set<string>();
        for (const [name, file] of Object.entries(bundle)) {
          if (name.startsWith('pdfjs/')) continue;
          const content = file.type === 'chunk' ? file.code : file.source;
          sizes.set(name, gzipSync(content).byteLength);
          if (file.type === 'chunk' && file.isEntry) collectStatic(name, bundle, atStart);
        }
        for (const name of sizes.keys()) {
          const isEntryPage = name.endsWith('.html') || name.endsWith('.svg');
          if (isEntryPage) atStart.add(name);
        }
        const total = [...atStart].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
        report(sizes, atStart, total, limitBytes);
        if (total > limitBytes) {
          this.error(`first load is ${total} bytes gzip, allowed are ${limitBytes}`);
        }
      },
    },
  };
}

type Bundle = Record<string, { type: string; imports?: string[]; viteMetadata?: unknown }>;

function collectStatic(name: string, bundle: object, found: Set<string>): void {
  if (found.has(name)) return;
  found.add(name);
  const file = (bundle as Bundle)[name];
  const metadata = file?.viteMetadata as { importedCss?: Set<string> } | undefined;
  metadata?.importedCss?.forEach((css) => found.add(css));
  file?.imports?.forEach((next) => collectStatic(next, bundle, found));
}

function report(sizes: Map<string, number>, atStart: Set<string>, total: number, limit: number): void {
  const line = (name: string, bytes: number, when: string): string =>
    `  ${(bytes / 1024).toFixed(1).padStart(7)} KB gzip  ${when.padEnd(6)} ${name}`;
  const rows = [...sizes]
    .filter(([, bytes]) => bytes > 0)
    .sort(([a, x], [b, y]) => Number(atStart.has(b)) - Number(atStart.has(a)) || y - x)
    .map(([name, bytes]) => line(name, bytes, atStart.has(name) ? 'first' : 'later'));
  console.log(['', ...rows, line(`= first load (limit ${limit / 1024} KB)`, total, '')].join('\n'));
}
