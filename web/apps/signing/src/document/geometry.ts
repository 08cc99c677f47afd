import type { Box, PageSize } from '@qishu/api-client';

/** Where each page of a document lies in the scrolled column. Pixels. */
export interface PageLayout {
  pages: { top: number; left: number; width: number; height: number }[];
  width: number;
  height: number;
}

export interface LayoutOptions {
  /** Room for a page at zoom 1. */
  fitWidth: number;
  zoom: number;
  /** Room of the column itself: narrower pages are centred in it. */
  viewWidth: number;
  gap: number;
  /** Free room below the last page, so that nothing floating covers its end for good. */
  endRoom?: number;
}

/** Every page is as wide as fits, whatever its size on paper; heights follow the proportions. */
export function layOutPages(sizes: readonly PageSize[], options: LayoutOptions): PageLayout {
  const width = Math.max(1, Math.round(options.fitWidth * options.zoom));
  const columnWidth = Math.max(options.viewWidth, width + 2 * options.gap);
  const left = Math.round((columnWidth - width) / 2);
  let top = options.gap;
  const pages = sizes.map((size) => {
    const height = Math.max(1, Math.round((width * size.height) / size.width));
    const page = { top, left, width, height };
    top += height + options.gap;
    return page;
  });
  return { pages, width: columnWidth, height: top + (options.endRoom ?? 0) };
}

/** First and last page touching the window from `top` to `bottom`; null for an empty document. */
export function pagesBetween(layout: PageLayout, top: number, bottom: number): [number, number] | null {
  if (layout.pages.length === 0) return null;
  const first = lowerBound(layout, (page) => page.top + page.height >= top);
  const last = lowerBound(layout, (page) => page.top > bottom) - 1;
  const end = layout.pages.length - 1;
  return [Math.min(first, end), Math.min(Math.max(last, first), end)];
}

/** The page a reader would say he is on: the one under the line a third down the window. */
export function pageBeingRead(layout: PageLayout, scrollTop: number, viewHeight: number): number {
  return pagesBetween(layout, scrollTop + viewHeight / 3, scrollTop + viewHeight / 3)?.[0] ?? 0;
}

function lowerBound(layout: PageLayout, holds: (page: PageLayout['pages'][number]) => boolean): number {
  let low = 0;
  let high = layout.pages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const page = layout.pages[middle];
    if (page && holds(page)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A point of the document that keeps its meaning when the zoom changes: fractions of one page. */
export interface Anchor {
  page: number;
  x: number;
  y: number;
}

export function anchorAt(layout: PageLayout, x: number, y: number): Anchor {
  const page = pagesBetween(layout, y, y)?.[0] ?? 0;
  const box = layout.pages[page];
  if (!box) return { page: 0, x: 0, y: 0 };
  return { page, x: (x - box.left) / box.width, y: (y - box.top) / box.height };
}

export function anchorPosition(layout: PageLayout, anchor: Anchor): { x: number; y: number } {
  const box = layout.pages[anchor.page];
  if (!box) return { x: 0, y: 0 };
  return { x: box.left + anchor.x * box.width, y: box.top + anchor.y * box.height };
}

/** Distances from the page's upper-left corner and size, as fractions of the page: for styles in percent. */
export interface ScreenBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** From points with a lower-left origin to the screen's upper-left origin. */
export function screenBox(box: Omit<Box, 'documentId' | 'page'>, page: PageSize): ScreenBox {
  return {
    left: box.x / page.width,
    top: (page.height - box.y - box.height) / page.height,
    width: box.width / page.width,
    height: box.height / page.height,
  };
}

/** Size of a freely placed signature, points; the default of a personal signature. */
export const SIGNATURE_SIZE = { width: 112, height: 48 } as const;

/** A box of `size` with its centre at a screen point (fractions of the page), kept on the page. */
export function boxAround(
  point: { x: number; y: number },
  page: PageSize,
  size: { width: number; height: number } = SIGNATURE_SIZE,
): { x: number; y: number; width: number; height: number } {
  const scale = Math.min(1, page.width / size.width, page.height / size.height);
  const width = size.width * scale;
  const height = size.height * scale;
  return {
    x: clamp(point.x * page.width - width / 2, 0, page.width - width),
    y: clamp((1 - point.y) * page.height - height / 2, 0, page.height - height),
    width,
    height,
  };
}

/** Moves a box by points (right and up), stopping at the edges of the page. */
export function moveBox<T extends { x: number; y: number; width: number; height: number }>(
  box: T,
  right: number,
  up: number,
  page: PageSize,
): T {
  return {
    ...box,
    x: clamp(box.x + right, 0, page.width - box.width),
    y: clamp(box.y + up, 0, page.height - box.height),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}
