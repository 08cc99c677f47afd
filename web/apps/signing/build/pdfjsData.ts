import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const packageFolder = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));

/** Character maps, substitutes for fonts a file does not embed, image decoders, colour profiles. */
const DATA_FOLDERS = ['cmaps', 'standard_fonts', 'wasm', 'iccs'];

/** Serves pdf.js' data from our own address: `<base>pdfjs/<version>/<folder>/…`, fetched only when a file needs it. */
export function pdfjsData(): Plugin {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const prefix = `pdfjs/${version}`;
  let base = '/';
  return {
    name: 'pdfjs-data',
    config: () => ({ define: { __PDFJS_DATA__: JSON.stringify(prefix) } }),
    configResolved: (config) => {
      base = config.base;
    },
    configureServer: (server) => {
      server.middlewares.use(`${base}${prefix}`, (request, response, next) => {
        const [folder = '', file = ''] = (request.url ?? '').slice(1).split('/');
        if (!DATA_FOLDERS.includes(folder) || !readdirSync(join(packageFolder, folder)).includes(file)) {
          next();
          return;
        }
        createReadStream(join(packageFolder, folder, file)).pipe(response);
      });
    },
    generateBundle() {
      for (const folder of DATA_FOLDERS) {
        for (const file of readdirSync(join(packageFolder, folder))) {
          this.emitFile({
            type: 'asset',
            fileName: `${prefix}/${folder}/${file}`,
            source: readFileSync(join(packageFolder, folder, file)),
          });
        }
      }
    },
  };
}
