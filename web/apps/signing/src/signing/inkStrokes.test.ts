import { describe, expect, it } from 'vitest';
import { fitStrokes, inkBounds, judgeInk, layDown, readSideways, scaleStrokes, type Stroke } from './inkStrokes';

function stroke(...points: [number, number][]): Stroke {
  return {
    points: points.map(([x, y], index) => ({ x, y, pressure: 0.5, time: index * 10 })),
    minWidth: 1,
    maxWidth: 4,
    dotSize: 2,
  };
}

describe('drawn ink', () => {
  it('is bounded with the width of the pen', () => {
    expect(inkBounds([stroke([10, 20], [110, 60])])).toEqual({ left: 6, top: 16, width: 108, height: 48 });
    expect(inkBounds([])).toBeNull();
  });

  it.each<[string, Stroke[], string]>([
    ['nothing', [], 'empty'],
    ['a tap', [stroke([50, 50])], 'tooSmall'],
    ['a dot rubbed for long', [stroke(...Array.from({ length: 90 }, (_, i): [number, number] => [50 + (i % 2), 50]))], 'tooSmall'],
    ['one short line', [stroke([10, 10], [50, 10])], 'tooSmall'],
    ['a name', [stroke([10, 10], [90, 10]), stroke([50, 0], [50, 90])], 'fine'],
  ])('%s is judged', (_name, strokes, verdict) => {
    expect(judgeInk(strokes)).toBe(verdict);
  });

  it('keeps its speed, hence its look, when enlarged', () => {
    const [large] = scaleStrokes([stroke([0, 0], [10, 0])], 3);
    expect(large?.points[1]).toMatchObject({ x: 30, time: 30 });
    expect(large?.maxWidth).toBe(12);
  });

  it('reads upright what was written on a turned phone, and back', () => {
    // Written from the top of the screen downwards along its right edge: a line along the upper edge.
    const written = [stroke([300, 100], [300, 500])];
    const upright = readSideways(written, 320);
    expect(upright[0]?.points.map(({ x, y }) => [x, y])).toEqual([[100, 20], [500, 20]]);
    expect(layDown(upright, 320)).toEqual(written);
  });

  it('survives a turn of the phone: centred and wholly on the new pad', () => {
    const moved = fitStrokes([stroke([0, 0], [600, 100])], { width: 300, height: 200 });
    const bounds = inkBounds(moved);
    expect(bounds?.left).toBeCloseTo(0);
    expect(bounds?.width).toBeCloseTo(300);
    expect((bounds?.top ?? 0) * 2 + (bounds?.height ?? 0)).toBeCloseTo(200);
  });
});
