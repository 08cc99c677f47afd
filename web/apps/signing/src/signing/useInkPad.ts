import type SignaturePad from 'signature_pad';
import type { PointGroup } from 'signature_pad';
import { onBeforeUnmount, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { fitStrokes, judgeInk, layDown, readSideways, type InkVerdict } from './inkStrokes';
import { signaturePicture } from './signaturePicture';

export const INKS = { black: '#14181f', blue: '#12357f' } as const;
export type Ink = keyof typeof INKS;

export interface InkPad {
  ink: Ref<Ink>;
  /** The phone is held turned to the left while writing. */
  isSideways: Ref<boolean>;
  strokeCount: Ref<number>;
  undo(): void;
  clear(): void;
  judge(): InkVerdict;
  /** Trimmed, upright PNG; null when it cannot be made small enough. */
  picture(): string | null;
}

/** Drawing on `canvas`; strokes survive a change of size, direction and ink. */
export function useInkPad(canvas: Ref<HTMLCanvasElement | null>): InkPad {
  const ink = ref<Ink>('black');
  const isSideways = ref(false);
  const strokeCount = ref(0);
  const pad: ShallowRef<SignaturePad | null> = shallowRef(null);
  let Pad: typeof SignaturePad | null = null;
  let size = { width: 0, height: 0 };
  const observer = new ResizeObserver(() => resize());

  watch(canvas, async (element, _before, onCleanup) => {
    if (!element) return;
    let isGone = false;
    onCleanup(() => {
      isGone = true;
      end();
    });
    Pad ??= (await import('signature_pad')).default;
    if (isGone) return;
    pad.value = new Pad(element, { minWidth: 1.2, maxWidth: 4.2, penColor: INKS[ink.value], throttle: 8 });
    pad.value.addEventListener('endStroke', count);
    observer.observe(element);
  });
  onBeforeUnmount(end);

  function end(): void {
    observer.disconnect();
    pad.value?.off();
    pad.value = null;
    size = { width: 0, height: 0 };
    strokeCount.value = 0;
  }

  function count(): void {
    strokeCount.value = strokes().length;
  }

  function strokes(): PointGroup[] {
    return pad.value?.toData() ?? [];
  }

  function show(next: PointGroup[]): void {
    pad.value?.fromData(next);
    count();
  }

  /** The canvas gets as many pixels as the screen has; the ink is centred in the new shape. */
  function resize(): void {
    const element = canvas.value;
    if (!element || !pad.value) return;
    const next = { width: element.clientWidth, height: element.clientHeight };
    if (next.width === 0 || (next.width === size.width && next.height === size.height)) return;
    const kept = strokes();
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    element.width = Math.round(next.width * ratio);
    element.height = Math.round(next.height * ratio);
    element.getContext('2d')?.scale(ratio, ratio);
    pad.value.clear();
    size = next;
    show(fitStrokes(kept, next));
  }

  watch(ink, (value) => {
    if (!pad.value) return;
    pad.value.penColor = INKS[value];
    show(strokes().map((stroke) => ({ ...stroke, penColor: INKS[value] })));
  });
  watch(isSideways, (sideways) => {
    const turned = sideways ? layDown(strokes(), size.height) : readSideways(strokes(), size.width);
    show(fitStrokes(turned, size));
  });

  return {
    ink,
    isSideways,
    strokeCount,
    undo: () => show(strokes().slice(0, -1)),
    clear: () => show([]),
    judge: () => judgeInk(strokes()),
    picture: () =>
      Pad && signaturePicture(isSideways.value ? readSideways(strokes(), size.width) : strokes(), Pad),
  };
}
