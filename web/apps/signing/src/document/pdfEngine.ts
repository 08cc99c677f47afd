import type { DocumentRevision, PageClient } from '@qishu/api-client';
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { dataOptions, loadPdfModules, type PdfEngine } from './pdfModules';
import { PIECE_BYTES, RevisionFile } from './revisionFile';

export type { PdfEngine };

export interface OpenDocument {
  engine: PdfEngine;
  /** `index` counts from 0. */
  page(index: number): Promise<PDFPageProxy>;
  close(): void;
}

let loading: Promise<PdfEngine> | null = null;

/** Fetches pdf.js; a failed attempt may be repeated. */
export function loadPdfEngine(): Promise<PdfEngine> {
  loading ??= loadPdfModules().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

/**
 * Opens one revision of a document and reads only the parts that are looked at.
 *
 * `onFailure` hears of parts that could not be read later, after this promise was kept.
 */
export async function openDocument(
  client: PageClient,
  document: DocumentRevision,
  onFailure: (error: unknown) => void,
): Promise<OpenDocument> {
  const stop = new AbortController();
  const file = new RevisionFile(client, document);
  const [engine, first] = await Promise.all([loadPdfEngine(), file.first(stop.signal)]);

  class Transport extends engine.PDFDataRangeTransport {
    override requestDataRange(begin: number, end: number): void {
      file.range(begin, end, stop.signal).then(
        (bytes) => this.onDataRange(begin, bytes),
        (error: unknown) => {
          if (!stop.signal.aborted) onFailure(error);
        },
      );
    }

    override abort(): void {
      stop.abort();
    }
  }

  const isWhole = first.bytes.byteLength >= first.total;
  const task = engine.getDocument({
    ...(isWhole ? { data: first.bytes } : { range: new Transport(first.total, first.bytes) }),
    rangeChunkSize: PIECE_BYTES,
    disableAutoFetch: true,
    disableStream: true,
    // The contract's own scripts and forms are not run: what is signed is what the file says.
    enableXfa: false,
    ...dataOptions(),
  });
  const pdf: PDFDocumentProxy = await task.promise;
  return {
    engine,
    page: (index) => pdf.getPage(index + 1),
    close: () => {
      stop.abort();
      void task.destroy();
    },
  };
}
