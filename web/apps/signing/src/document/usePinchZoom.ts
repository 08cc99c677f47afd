import { onBeforeUnmount, onMounted, type Ref } from 'vue';

export interface PinchHandlers {
  /** Zoom by `factor`, keeping the point (x, y of the element's own box) where it is. */
  zoomBy(factor: number, x: number, y: number): void;
}

/** Two-finger zoom, and Ctrl + wheel (which is also what a touch pad's pinch sends). */
export function usePinchZoom(element: Ref<HTMLElement | null>, handlers: PinchHandlers): void {
  let lastDistance = 0;
  let frame = 0;

  function onTouchStart(event: TouchEvent): void {
    lastDistance = event.touches.length === 2 ? distance(event.touches) : 0;
  }

  function onTouchMove(event: TouchEvent): void {
    if (event.touches.length !== 2 || lastDistance === 0) return;
    event.preventDefault();
    const [x, y] = middle(event.touches, element.value);
    const now = distance(event.touches);
    if (frame !== 0 || Math.abs(now / lastDistance - 1) < 0.01) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      handlers.zoomBy(now / lastDistance, x, y);
      lastDistance = now;
    });
  }

  function onTouchEnd(event: TouchEvent): void {
    if (event.touches.length < 2) lastDistance = 0;
  }

  function onWheel(event: WheelEvent): void {
    if (!event.ctrlKey || !element.value) return;
    event.preventDefault();
    const box = element.value.getBoundingClientRect();
    handlers.zoomBy(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
  }

  onMounted(() => {
    element.value?.addEventListener('touchstart', onTouchStart, { passive: true });
    element.value?.addEventListener('touchmove', onTouchMove, { passive: false });
    element.value?.addEventListener('touchend', onTouchEnd, { passive: true });
    element.value?.addEventListener('wheel', onWheel, { passive: false });
  });
  onBeforeUnmount(() => cancelAnimationFrame(frame));
}

function distance(touches: TouchList): number {
  const [a, b] = [touches[0], touches[1]];
  return a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
}

function middle(touches: TouchList, element: HTMLElement | null): [number, number] {
  const [a, b] = [touches[0], touches[1]];
  const box = element?.getBoundingClientRect();
  if (!a || !b || !box) return [0, 0];
  return [(a.clientX + b.clientX) / 2 - box.left, (a.clientY + b.clientY) / 2 - box.top];
}
