/** Geometry of drawn strokes. Plain numbers, so that it can be tested without a canvas. */

export interface InkPoint {
  x: number;
  y: number;
  pressure: number;
  time: number;
}

export interface Stroke {
  points: InkPoint[];
  minWidth: number;
  maxWidth: number;
  dotSize: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Bounds extends Size {
  left: number;
  top: number;
}

/** A scribble smaller than this, pixels, is a slip of the finger and no name. */
const SMALLEST_SIDE = 24;
const SHORTEST_INK = 60;

/** Edges of the ink, pen width included; null without ink. */
export function inkBounds(strokes: readonly Stroke[]): Bounds | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const stroke of strokes) {
    const reach = Math.max(stroke.maxWidth, stroke.dotSize);
    for (const point of stroke.points) {
      left = Math.min(left, point.x - reach);
      top = Math.min(top, point.y - reach);
      right = Math.max(right, point.x + reach);
      bottom = Math.max(bottom, point.y + reach);
    }
  }
  return left < right ? { left, top, width: right - left, height: bottom - top } : null;
}

export type InkVerdict = 'empty' | 'tooSmall' | 'fine';

export function judgeInk(strokes: readonly Stroke[]): InkVerdict {
  const bounds = inkBounds(strokes);
  if (!bounds) return 'empty';
  const isTiny = Math.max(bounds.width, bounds.height) < SMALLEST_SIDE;
  return isTiny || inkLength(strokes) < SHORTEST_INK ? 'tooSmall' : 'fine';
}

function inkLength(strokes: readonly Stroke[]): number {
  let length = 0;
  for (const { points } of strokes) {
    for (const [index, point] of points.entries()) {
      const before = points[index - 1];
      if (before) length += Math.hypot(point.x - before.x, point.y - before.y);
    }
  }
  return length;
}

/**
 * Enlarges or shrinks strokes about the origin. Times are scaled as well: the pen's width follows from
 * its speed, and the picture must keep the look it had under the finger.
 */
export function scaleStrokes<T extends Stroke>(strokes: readonly T[], factor: number): T[] {
  return strokes.map((stroke) => ({
    ...stroke,
    minWidth: stroke.minWidth * factor,
    maxWidth: stroke.maxWidth * factor,
    dotSize: stroke.dotSize * factor,
    points: stroke.points.map((point) => ({
      ...point,
      x: point.x * factor,
      y: point.y * factor,
      time: point.time * factor,
    })),
  }));
}

export function shiftStrokes<T extends Stroke>(strokes: readonly T[], right: number, down: number): T[] {
  return strokes.map((stroke) => ({
    ...stroke,
    points: stroke.points.map((point) => ({ ...point, x: point.x + right, y: point.y + down })),
  }));
}

/**
 * What was written on a phone turned to the left, read upright: the pad's right edge was the upper one.
 * `padWidth` is the width of the pad as the screen knows it.
 */
export function readSideways<T extends Stroke>(strokes: readonly T[], padWidth: number): T[] {
  return strokes.map((stroke) => ({
    ...stroke,
    points: stroke.points.map((point) => ({ ...point, x: point.y, y: padWidth - point.x })),
  }));
}

/** The reverse of `readSideways`. */
export function layDown<T extends Stroke>(strokes: readonly T[], padWidth: number): T[] {
  return strokes.map((stroke) => ({
    ...stroke,
    points: stroke.points.map((point) => ({ ...point, x: padWidth - point.y, y: point.x })),
  }));
}

/** Moves strokes into a pad of another size: centred, smaller where they would not fit, never larger. */
export function fitStrokes<T extends Stroke>(strokes: readonly T[], pad: Size): T[] {
  const bounds = inkBounds(strokes);
  if (!bounds) return [];
  const factor = Math.min(1, pad.width / bounds.width, pad.height / bounds.height);
  const scaled = scaleStrokes(strokes, factor);
  const right = (pad.width - bounds.width * factor) / 2 - bounds.left * factor;
  const down = (pad.height - bounds.height * factor) / 2 - bounds.top * factor;
  return shiftStrokes(scaled, right, down);
}
