/** pdf.js as a plain script. */
import * as engine from 'pdfjs-dist/legacy/build/pdf.mjs';

(globalThis as unknown as { qishuPdf: typeof engine }).qishuPdf = engine;
