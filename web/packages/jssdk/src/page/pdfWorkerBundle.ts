/** The worker of pdf.js as a plain script: it starts itself in a worker, and waits to be called elsewhere. */
import 'pdfjs-dist/legacy/build/pdf.worker.min.mjs';
