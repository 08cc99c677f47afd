import type { ContractDocument, PageClient } from '@qishu/api-client';
import { openDocument } from './pdfEngine';

/** 150 dots per inch: sharp text on paper at a size a browser can hold. */
const PRINT_SCALE = 150 / 72;
const PRINT_AREA_ID = 'print-area';

/**
 * Prints every page of the documents.
 *
 * Pages are drawn as pictures into a hidden area that only the printer sees: a frame with the PDF itself
 * would need a looser content security policy, and many browsers do not print one.
 */
export async function printDocuments(
  client: PageClient,
  documents: readonly ContractDocument[],
  onProgress: (page: number, count: number) => void,
): Promise<void> {
  const count = documents.reduce((sum, document) => sum + document.pages.length, 0);
  const area = document.createElement('div');
  area.id = PRINT_AREA_ID;
  const addresses: string[] = [];
  try {
    let printed = 0;
    for (const { id, revision, pages } of documents) {
      for await (const picture of pagePictures(client, { documentId: id, revision }, pages.length)) {
        addresses.push(picture);
        area.append(await loadedImage(picture));
        printed += 1;
        onProgress(printed, count);
      }
    }
    document.body.append(area);
    window.print();
  } finally {
    area.remove();
    addresses.forEach((address) => URL.revokeObjectURL(address));
  }
}

async function* pagePictures(
  client: PageClient,
  revision: { documentId: string; revision: string },
  pageCount: number,
): AsyncGenerator<string> {
  let failure: unknown = null;
  const file = await openDocument(client, revision, (error) => {
    failure = error;
  });
  try {
    for (let index = 0; index < pageCount; index += 1) {
      const page = await file.page(index);
      const viewport = page.getViewport({ scale: PRINT_SCALE });
      const canvas = document.createElement('canvas');
      canvas.width = Math.floor(viewport.width);
      canvas.height = Math.floor(viewport.height);
      await page.render({ canvas, viewport, intent: 'print' }).promise;
      if (failure) throw failure;
      yield await addressOf(canvas);
      canvas.width = 0;
      page.cleanup();
    }
  } finally {
    file.close();
  }
}

function addressOf(canvas: HTMLCanvasElement): Promise<string> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(URL.createObjectURL(blob));
      else reject(new Error('the page is too large for a picture'));
    });
  });
}

async function loadedImage(address: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = address;
  image.alt = '';
  await image.decode();
  return image;
}
