/**
 * Runs the browser tests. Without `QISHU_E2E_BASE` against the mock of the built page; with it the signer's
 * part is played against that server (see real.mjs for what else it reads).
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (process.env.QISHU_E2E_BASE) {
  run(here('real.mjs'));
} else {
  if (!existsSync(here('../apps/signing/dist/index.html'))) {
    console.error('The page is not built yet: run `npm run build` in web/ first.');
    process.exit(1);
  }
  const specs = process.argv.slice(2);
  const names = specs.length > 0 ? specs : ['refusals', 'accessibility', 'signing', 'steps', 'document', 'privacy'];
  run('--test', '--test-concurrency=2', '--test-reporter=spec', ...names.map((name) => here(`specs/${name}.test.mjs`)));
}
