/** Where pdf.js comes from: modules of the page's own server, fetched when the first document is opened. */

export type PdfEngine = typeof import('pdfjs-dist/legacy/build/pdf.mjs');

/** Fetches pdf.js and the address of its worker. */
export async function loadPdfModules(): Promise<PdfEngine> {
  const [engine, worker] = await Promise.all([
    import('pdfjs-dist/legacy/build/pdf.mjs'),
    import('pdfjs-dist/legacy/build/pdf.worker.min.mjs?url'),
  ]);
  engine.GlobalWorkerOptions.workerSrc = worker.default;
  return engine;
}

/** Options of `getDocument` that say where character maps, fonts and decoders are. */
export function dataOptions(): Record<string, unknown> {
  const data = new URL(`${import.meta.env.BASE_URL}${__PDFJS_DATA__}/`, window.location.href).href;
  return {
    cMapUrl: `${data}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${data}standard_fonts/`,
    wasmUrl: `${data}wasm/`,
    iccUrl: `${data}iccs/`,
  };
}
