import type SignaturePad from 'signature_pad';
import type { PointGroup } from 'signature_pad';
import { inkBounds, scaleStrokes, shiftStrokes } from './inkStrokes';

/** The picture is drawn anew at this size, so that it is as sharp in the contract as a print. */
const LARGEST = { width: 900, height: 450 };
const LARGEST_ENLARGEMENT = 3;
const MARGIN = 6;
/** Limit of the API for a signature picture. */
export const PICTURE_LIMIT_BYTES = 200 * 1024;

/** A trimmed PNG with a transparent ground as a data URL; null when no size stays within the limit. */
export function signaturePicture(strokes: readonly PointGroup[], Pad: typeof SignaturePad): string | null {
  const bounds = inkBounds(strokes);
  if (!bounds) return null;
  let scale = Math.min(LARGEST.width / bounds.width, LARGEST.height / bounds.height, LARGEST_ENLARGEMENT);
  for (let attempt = 0; attempt < 6; attempt += 1, scale *= 0.75) {
    const url = draw(strokes, scale, Pad);
    if (pngBytes(url) <= PICTURE_LIMIT_BYTES) return url;
  }
  return null;
}

/** The Base64 text behind a PNG data URL. */
export function pngBase64(dataUrl: string): string {
  return dataUrl.slice(dataUrl.indexOf(',') + 1);
}

function draw(strokes: readonly PointGroup[], scale: number, Pad: typeof SignaturePad): string {
  const enlarged = scaleStrokes(strokes, scale);
  const bounds = inkBounds(enlarged) ?? { left: 0, top: 0, width: 1, height: 1 };
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(bounds.width + 2 * MARGIN);
  canvas.height = Math.ceil(bounds.height + 2 * MARGIN);
  const pad = new Pad(canvas);
  pad.fromData(shiftStrokes(enlarged, MARGIN - bounds.left, MARGIN - bounds.top));
  const url = pad.toDataURL('image/png');
  pad.off();
  return url;
}

function pngBytes(dataUrl: string): number {
  return Math.ceil((pngBase64(dataUrl).length * 3) / 4);
}
