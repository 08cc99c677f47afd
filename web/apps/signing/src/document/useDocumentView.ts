import type { Box, PageSize } from '@qishu/api-client';
import { computed, nextTick, onBeforeUnmount, onMounted, ref, watch, type ComputedRef, type Ref } from 'vue';
import {
  anchorAt,
  anchorPosition,
  layOutPages,
  pageBeingRead,
  pagesBetween,
  screenBox,
  type Anchor,
  type PageLayout,
} from './geometry';
import { usePinchZoom } from './usePinchZoom';

export const MIN_ZOOM = 0.5;
export const MAX_ZOOM = 5;
const ZOOM_STEP = 1.25;
const GAP = 10;
/** As high as the floating controls. */
const END_ROOM = 60;
/** Wider than this a page is tiring to read. */
const WIDEST_PAGE = 880;

export interface DocumentView {
  layout: ComputedRef<PageLayout>;
  /** Pages near the window, first and last: only these exist in the page. */
  range: ComputedRef<[number, number] | null>;
  currentPage: ComputedRef<number>;
  zoom: Ref<number>;
  zoomIn(): void;
  zoomOut(): void;
  zoomToFit(): void;
  scrollTo(box: Pick<Box, 'page' | 'x' | 'y' | 'width' | 'height'>): void;
  /** The place the middle of the window shows, as fractions of its page. */
  middle(): Anchor;
}

/** Scrolling and zooming of one document in `scroller`. */
export function useDocumentView(scroller: Ref<HTMLElement | null>, sizes: () => readonly PageSize[]): DocumentView {
  const zoom = ref(1);
  const view = ref({ width: 0, height: 0 });
  const scrollTop = ref(0);

  const layout = computed(() =>
    layOutPages(sizes(), {
      fitWidth: Math.min(view.value.width - 2 * GAP, WIDEST_PAGE),
      viewWidth: view.value.width,
      zoom: zoom.value,
      gap: GAP,
      endRoom: END_ROOM,
    }),
  );
  const range = computed(() => {
    if (view.value.width === 0) return null;
    const margin = view.value.height * 1.2;
    return pagesBetween(layout.value, scrollTop.value - margin, scrollTop.value + view.value.height + margin);
  });

  /** Changes the zoom so that the point (x, y) of the window stays where it is. */
  function zoomTo(value: number, x = view.value.width / 2, y = view.value.height / 2): void {
    const element = scroller.value;
    const next = Math.min(Math.max(value, MIN_ZOOM), MAX_ZOOM);
    if (!element || next === zoom.value) return;
    const anchor = anchorAt(layout.value, element.scrollLeft + x, element.scrollTop + y);
    zoom.value = next;
    void nextTick(() => {
      const moved = anchorPosition(layout.value, anchor);
      element.scrollTo({ left: moved.x - x, top: moved.y - y, behavior: 'instant' });
    });
  }

  function scrollTo(box: Pick<Box, 'page' | 'x' | 'y' | 'width' | 'height'>): void {
    const size = sizes()[box.page];
    const element = scroller.value;
    if (!size || !element) return;
    const onPage = screenBox(box, size);
    const target = anchorPosition(layout.value, {
      page: box.page,
      x: onPage.left + onPage.width / 2,
      y: onPage.top + onPage.height / 2,
    });
    element.scrollTo({
      left: target.x - view.value.width / 2,
      top: target.y - view.value.height / 2,
      behavior: prefersStillness() ? 'instant' : 'smooth',
    });
  }

  usePinchZoom(scroller, { zoomBy: (factor, x, y) => zoomTo(zoom.value * factor, x, y) });
  useMeasures(scroller, view, scrollTop);
  keepPlaceOnResize(scroller, view, layout);

  return {
    layout,
    range,
    currentPage: computed(() => pageBeingRead(layout.value, scrollTop.value, view.value.height)),
    zoom,
    zoomIn: () => zoomTo(zoom.value * ZOOM_STEP),
    zoomOut: () => zoomTo(zoom.value / ZOOM_STEP),
    zoomToFit: () => zoomTo(1),
    scrollTo,
    middle: () =>
      anchorAt(
        layout.value,
        (scroller.value?.scrollLeft ?? 0) + view.value.width / 2,
        scrollTop.value + view.value.height / 2,
      ),
  };
}

function useMeasures(
  scroller: Ref<HTMLElement | null>,
  view: Ref<{ width: number; height: number }>,
  scrollTop: Ref<number>,
): void {
  const onScroll = (): void => {
    scrollTop.value = scroller.value?.scrollTop ?? 0;
  };
  const measure = (): void => {
    const element = scroller.value;
    if (element) view.value = { width: element.clientWidth, height: element.clientHeight };
  };
  const observer = new ResizeObserver(measure);
  onMounted(() => {
    measure();
    scroller.value?.addEventListener('scroll', onScroll, { passive: true });
    if (scroller.value) observer.observe(scroller.value);
  });
  onBeforeUnmount(() => observer.disconnect());
}

/** After a turn of the phone the reader finds himself at the same line. */
function keepPlaceOnResize(
  scroller: Ref<HTMLElement | null>,
  view: Ref<{ width: number; height: number }>,
  layout: ComputedRef<PageLayout>,
): void {
  let anchor: Anchor | null = null;
  watch(
    () => view.value.width,
    (_width, before) => {
      const element = scroller.value;
      if (!element || before === 0 || !anchor) return;
      element.scrollTop = anchorPosition(layout.value, anchor).y;
    },
    { flush: 'post' },
  );
  const remember = (): void => {
    const element = scroller.value;
    if (element) anchor = anchorAt(layout.value, element.scrollLeft, element.scrollTop);
  };
  onMounted(() => scroller.value?.addEventListener('scroll', remember, { passive: true }));
}

function prefersStillness(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}
