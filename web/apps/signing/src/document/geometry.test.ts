import { describe, expect, it } from 'vitest';
import {
  anchorAt,
  anchorPosition,
  boxAround,
  layOutPages,
  moveBox,
  pageBeingRead,
  pagesBetween,
  screenBox,
} from './geometry';

const A4 = { width: 595, height: 842 };
const A4_LANDSCAPE = { width: 842, height: 595 };
const phone = { fitWidth: 336, viewWidth: 360, zoom: 1, gap: 12 };

describe('page layout', () => {
  it('gives each page its proportions before anything is drawn', () => {
    const layout = layOutPages([A4, A4_LANDSCAPE], phone);
    expect(layout.pages).toEqual([
      { top: 12, left: 12, width: 336, height: 475 },
      { top: 499, left: 12, width: 336, height: 237 },
    ]);
    expect(layout.height).toBe(748);
    expect(layout.width).toBe(360);
  });

  it('centres narrow pages and grows the column for zoomed ones', () => {
    expect(layOutPages([A4], { ...phone, viewWidth: 1000 }).pages[0]?.left).toBe(332);
    expect(layOutPages([A4], { ...phone, zoom: 3 }).width).toBe(1008 + 24);
  });

  it('finds the pages near the window in a long document', () => {
    const layout = layOutPages(Array<typeof A4>(2000).fill(A4), phone);
    expect(pagesBetween(layout, 0, 600)).toEqual([0, 1]);
    expect(pagesBetween(layout, 487 * 1000, 487 * 1000 + 600)).toEqual([999, 1001]);
    expect(pagesBetween(layout, 1e9, 1e9 + 1)).toEqual([1999, 1999]);
    expect(pagesBetween(layOutPages([], phone), 0, 600)).toBeNull();
  });

  it('names the page that is being read', () => {
    const layout = layOutPages([A4, A4, A4], phone);
    expect(pageBeingRead(layout, 0, 600)).toBe(0);
    expect(pageBeingRead(layout, 320, 600)).toBe(1);
    expect(pageBeingRead(layout, layout.height - 600, 600)).toBe(2);
  });

  it('keeps the point under the fingers when the zoom changes', () => {
    const before = layOutPages([A4, A4, A4], phone);
    const after = layOutPages([A4, A4, A4], { ...phone, zoom: 2.5 });
    const anchor = anchorAt(before, 180, 700);
    expect(anchor.page).toBe(1);
    expect(anchorAt(after, anchorPosition(after, anchor).x, anchorPosition(after, anchor).y)).toEqual({
      page: 1,
      x: expect.closeTo(anchor.x, 6) as number,
      y: expect.closeTo(anchor.y, 6) as number,
    });
  });
});

describe('placement boxes', () => {
  it('turns the lower-left origin of the paper into the upper-left one of the screen', () => {
    const corner = screenBox({ x: 0, y: 0, width: 59.5, height: 84.2 }, A4);
    expect(corner.left).toBe(0);
    expect(corner.top).toBeCloseTo(0.9);
    expect(corner.width).toBeCloseTo(0.1);
    expect(corner.height).toBeCloseTo(0.1);
  });

  it('agrees with the tap that placed a box', () => {
    const box = boxAround({ x: 0.5, y: 0.25 }, A4);
    const onScreen = screenBox(box, A4);
    expect(onScreen.left + onScreen.width / 2).toBeCloseTo(0.5);
    expect(onScreen.top + onScreen.height / 2).toBeCloseTo(0.25);
    expect([box.width, box.height]).toEqual([112, 48]);
  });

  it('stays on the page at every corner and never outgrows a tiny page', () => {
    for (const x of [-1, 0, 0.5, 1, 2]) {
      for (const y of [-1, 0, 0.5, 1, 2]) {
        for (const page of [A4, A4_LANDSCAPE, { width: 60, height: 20 }]) {
          const box = moveBox(boxAround({ x, y }, page), 5000 * x, 5000 * y, page);
          expect(box.x).toBeGreaterThanOrEqual(0);
          expect(box.y).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(page.width + 1e-9);
          expect(box.y + box.height).toBeLessThanOrEqual(page.height + 1e-9);
        }
      }
    }
  });
});
