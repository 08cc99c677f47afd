/**
 * pdf.js inside the frame, whose origin may load nothing but plain scripts from the page's host: the engine, its worker
 * and its data come as such.
 */
import type { PdfEngine } from '../../../../apps/signing/src/document/pdfModules';

export type { PdfEngine };

/** The folder of `app.js`. */
const folder = new URL('.', (document.currentScript as HTMLScriptElement | null)?.src ?? document.baseURI).href;

/** What the data scripts call with their content. */
const arrived = new Map<string, (base64: string) => void>();
const globals = globalThis as unknown as {
  qishuPdf?: PdfEngine;
  qishuPdfData?: (name: string, base64: string) => void;
};
globals.qishuPdfData = (name, base64) => arrived.get(name)?.(base64);

const WORKER_MS = 8000;

export async function loadPdfModules(): Promise<PdfEngine> {
  const [, worker] = await Promise.all([globals.qishuPdf ? null : load(`${folder}pdf.js`), startWorker()]);
  const engine = globals.qishuPdf;
  if (!engine) throw new Error('pdf.js did not load');
  if (worker) engine.GlobalWorkerOptions.workerPort = worker;
  // Where workers are forbidden the same script runs beside the page.
  else await load(`${folder}pdf-worker.js`);
  return engine;
}

function load(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = address;
    script.onload = () => resolve();
    script.onerror = () => {
      script.remove();
      reject(new Error(`${address} did not load`));
    };
    document.head.append(script);
  });
}

/** A worker that takes its script from the page's host; `null` where that is not allowed. */
function startWorker(): Promise<Worker | null> {
  return new Promise((resolve) => {
    let worker: Worker;
    try {
      const code = `importScripts(${JSON.stringify(`${folder}pdf-worker.js`)});`;
      const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
      worker = new Worker(address);
    } catch {
      resolve(null);
      return;
    }
    const settle = (result: Worker | null): void => {
      clearTimeout(timer);
      worker.onmessage = null;
      worker.onerror = null;
      if (!result) worker.terminate();
      resolve(result);
    };
    const timer = setTimeout(() => settle(null), WORKER_MS);
    // pdf.js says that it is ready as soon as it runs.
    worker.onmessage = () => settle(worker);
    worker.onerror = () => settle(null);
  });
}

const FOLDERS: Readonly<Record<string, string>> = {
  cMapUrl: 'cmaps',
  standardFontDataUrl: 'standard_fonts',
  wasmUrl: 'wasm',
};

/** Character maps, fonts and decoders, each a script below `fonts`. */
class ScriptDataFactory {
  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const name = `${FOLDERS[kind]}/${filename}`;
    const base64 = new Promise<string>((resolve) => arrived.set(name, resolve));
    await load(`${folder}../fonts/${name}.js`);
    const binary = atob(await base64);
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  }
}

export function dataOptions(): Record<string, unknown> {
  return {
    BinaryDataFactory: ScriptDataFactory,
    useWorkerFetch: false,
    cMapPacked: true,
    // The factory knows where they are; pdf.js wants to hear that they are somewhere.
    cMapUrl: 'cmaps/',
    standardFontDataUrl: 'standard_fonts/',
    wasmUrl: 'wasm/',
  };
}
