import type { RenderTask } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { onBeforeUnmount, ref, watch, type Ref } from 'vue';
import type { OpenDocument } from './pdfEngine';
import type { RenderQueue } from './renderQueue';

/** Above this a phone's browser drops the canvas without a word. */
const MAX_CANVAS_PIXELS = 12_000_000;
/** While the zoom is moving the old picture is stretched; it is drawn anew when the fingers rest. */
const REDRAW_DELAY_MS = 160;

export interface PageRasterOptions {
  document: () => OpenDocument | null;
  index: number;
  /** Width on the screen, CSS pixels. */
  width: () => number;
  queue: RenderQueue;
  host: Ref<HTMLElement | null>;
  textHost: Ref<HTMLElement | null>;
}

/**
 * Draws one page into `host`, sharp for the screen, again when its width changes; the old picture stays
 * until the new one is ready. Also fills `textHost` with the page's text for selection and screen readers.
 */
export function usePageRaster(options: PageRasterOptions): {
  state: Ref<'drawing' | 'drawn' | 'failed'>;
  /** Width of the page in its own units: what the scale of the text refers to. */
  pointsWide: Ref<number>;
  retry: () => void;
} {
  const state = ref<'drawing' | 'drawn' | 'failed'>('drawing');
  const pointsWide = ref(595);
  let cancelQueued: (() => void) | null = null;
  let task: RenderTask | null = null;
  let redrawTimer = 0;
  let hasText = false;
  let isGone = false;

  function stop(): void {
    window.clearTimeout(redrawTimer);
    cancelQueued?.();
    task?.cancel();
    task = null;
  }

  function schedule(): void {
    stop();
    const document = options.document();
    if (!document || options.width() < 1) return;
    cancelQueued = options.queue.add(() => draw(document));
  }

  async function draw(document: OpenDocument): Promise<void> {
    try {
      const page = await document.page(options.index);
      if (isGone) return;
      const canvas = window.document.createElement('canvas');
      const viewport = page.getViewport({ scale: rasterScale(page.getViewport({ scale: 1 }), options.width()) });
      canvas.width = Math.floor(viewport.width);
      canvas.height = Math.floor(viewport.height);
      canvas.setAttribute('aria-hidden', 'true');
      task = page.render({ canvas, viewport });
      await task.promise;
      if (isGone) return;
      options.host.value?.replaceChildren(canvas);
      state.value = 'drawn';
      await addText(document, page);
    } catch (error) {
      const isCancelled = error instanceof Error && error.name === 'RenderingCancelledException';
      if (!isCancelled && !isGone) state.value = 'failed';
    }
  }

  async function addText(document: OpenDocument, page: Awaited<ReturnType<OpenDocument['page']>>): Promise<void> {
    const container = options.textHost.value;
    if (hasText || !container) return;
    hasText = true;
    const viewport = page.getViewport({ scale: 1 });
    pointsWide.value = viewport.width / page.userUnit;
    const source = page.streamTextContent();
    await new document.engine.TextLayer({ textContentSource: source, container, viewport }).render();
  }

  watch(options.document, schedule, { immediate: true });
  watch(options.width, () => {
    window.clearTimeout(redrawTimer);
    redrawTimer = window.setTimeout(schedule, state.value === 'drawn' ? REDRAW_DELAY_MS : 0);
  });
  onBeforeUnmount(() => {
    isGone = true;
    stop();
    // Frees the picture at once; browsers are slow to collect canvases.
    options.host.value?.querySelectorAll('canvas').forEach((canvas) => {
      canvas.width = 0;
    });
  });

  return {
    state,
    pointsWide,
    retry: () => {
      state.value = 'drawing';
      schedule();
    },
  };
}

function rasterScale(page: { width: number; height: number }, cssWidth: number): number {
  const wanted = (cssWidth / page.width) * Math.min(window.devicePixelRatio || 1, 3);
  const largest = Math.sqrt(MAX_CANVAS_PIXELS / (page.width * page.height));
  return Math.min(wanted, largest);
}
