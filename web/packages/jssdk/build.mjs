/**
 * Builds the three folders that an integrator puts on the own host, and a ZIP of them.
 *
 * Everything is a plain script: the framed page has an origin of its own, and modules and fetched files would need CORS
 * headers of a host that nobody configures for that.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import vue from '@vitejs/plugin-vue';
import { build } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const LIMIT_BYTES = 200 * 1024;

const flags = {
  __VUE_OPTIONS_API__: 'true', // Vant needs it
  __VUE_PROD_DEVTOOLS__: 'false',
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  __VUE_I18N_FULL_INSTALL__: 'false',
  __VUE_I18N_LEGACY_API__: 'false',
  __INTLIFY_PROD_DEVTOOLS__: 'false',
  'process.env.NODE_ENV': '"production"',
};

/** The page's own way to pdf.js gives way to that of the frame. */
const framedPdf = {
  name: 'framed-pdf',
  enforce: 'pre',
  resolveId(source, importer) {
    if (source === './pdfModules' && importer?.includes('/apps/signing/')) return join(here, 'src/page/pdfModules.ts');
    return null;
  },
};

async function bundle(entry, file, name) {
  await build({
    configFile: false,
    root: here,
    logLevel: 'error',
    plugins: [framedPdf, vue()],
    define: flags,
    publicDir: false,
    build: {
      outDir: join(dist, 'js'),
      emptyOutDir: false,
      target: ['es2020', 'chrome80', 'safari14'],
      cssTarget: ['chrome80', 'safari14'],
      cssCodeSplit: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 3000,
      lib: { entry: join(here, entry), formats: ['iife'], name, fileName: () => file, cssFileName: 'app' },
    },
  });
}

/** pdf.js' data as scripts: a frame without an origin can load nothing else. */
function dataScripts() {
  const source = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
  for (const folder of ['cmaps', 'standard_fonts', 'wasm']) {
    mkdirSync(join(dist, 'fonts', folder), { recursive: true });
    for (const file of readdirSync(join(source, folder))) {
      const bytes = readFileSync(join(source, folder, file));
      if (/^LICENSE/.test(file)) writeFileSync(join(dist, 'fonts', folder, file), bytes);
      else if (/\.(bcmap|pfb|ttf|wasm)$/.test(file)) {
        const name = JSON.stringify(`${folder}/${file}`);
        const call = `qishuPdfData(${name},"${bytes.toString('base64')}");\n`;
        writeFileSync(join(dist, 'fonts', folder, `${file}.js`), call);
      }
    }
  }
}

function filesBelow(folder, prefix) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path, `${prefix}${name}/`) : [{ name: prefix + name, path }];
  });
}

/** A ZIP (APPNOTE 6.3.3) of the folders, always the same bytes for the same files. */
function zip(files) {
  const DATE = 0x5921; // 2024-09-01: the time of a build says nothing
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const { name, path } of files) {
    const bytes = readFileSync(path);
    const packed = deflateRawSync(bytes, { level: 9 });
    const encoded = Buffer.from(name, 'utf8');
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt16LE(0, 6);
    fields.writeUInt16LE(DATE, 8);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(encoded.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, encoded, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, tail, encoded]));
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, listed, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

function checkBudget() {
  const size = (name) => gzipSync(readFileSync(join(dist, 'js', name))).length;
  const first = ['index.js', 'page.html', 'app.js', 'app.css'].reduce((sum, name) => sum + size(name), 0);
  const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB gzip`;
  console.log(`  JS-SDK: first load ${kilobytes(first)}, viewer ${kilobytes(size('pdf.js') + size('pdf-worker.js'))} later`);
  if (first > LIMIT_BYTES) throw new Error(`first load is ${first} bytes gzip, allowed are ${LIMIT_BYTES}`);
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'js'), { recursive: true });
cpSync(join(here, 'assets/img'), join(dist, 'img'), { recursive: true });
await bundle('src/index.ts', 'index.js', 'qishuSdk');
await bundle('src/page/main.ts', 'app.js', 'qishuPage');
await bundle('src/page/pdfBundle.ts', 'pdf.js', 'qishuPdfBundle');
await bundle('src/page/pdfWorkerBundle.ts', 'pdf-worker.js', 'qishuPdfWorker');
cpSync(join(here, 'page.html'), join(dist, 'js/page.html'));
dataScripts();
checkBudget();
const files = ['fonts', 'img', 'js'].flatMap((folder) => filesBelow(join(dist, folder), `${folder}/`));
writeFileSync(join(dist, 'jssdk.zip'), zip(files));
