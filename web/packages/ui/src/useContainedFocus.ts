import { nextTick, watch, type Ref } from 'vue';

const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), textarea:not(:disabled), [tabindex]:not([tabindex="-1"])';

/** Open dialogs, innermost last. Only the innermost one holds the focus. */
const openDialogs: HTMLElement[] = [];

/**
 * Keeps the keyboard inside a dialog while it is open and gives the focus back afterwards.
 *
 * The page behind is made inert, so that screen readers do not wander into it either. Escape is always
 * a way out: the dialog must handle it (no keyboard trap).
 */
export function useContainedFocus(dialog: Ref<HTMLElement | null>, isOpen: () => boolean): void {
  watch(
    isOpen,
    async (open, _before, onCleanup) => {
      if (!open) return;
      const cameFrom = document.activeElement;
      let element: HTMLElement | null = null;
      let ended = false;
      onCleanup(() => {
        ended = true;
        release(element, cameFrom);
      });
      await nextTick();
      if (ended || !dialog.value) return;
      element = dialog.value;
      hold(element);
    },
    { immediate: true },
  );
}

function hold(element: HTMLElement): void {
  openDialogs.push(element);
  updateInertness();
  element.addEventListener('keydown', keepTabInside);
  const start = element.querySelector<HTMLElement>('[data-autofocus]') ?? element;
  start.focus({ preventScroll: true });
}

function release(element: HTMLElement | null, cameFrom: Element | null): void {
  if (!element) return;
  element.removeEventListener('keydown', keepTabInside);
  openDialogs.splice(openDialogs.indexOf(element), 1);
  updateInertness();
  if (cameFrom instanceof HTMLElement && cameFrom.isConnected) cameFrom.focus({ preventScroll: true });
}

function updateInertness(): void {
  const innermost = openDialogs[openDialogs.length - 1];
  document.getElementById('app')?.toggleAttribute('inert', innermost !== undefined);
  for (const dialog of openDialogs) dialog.toggleAttribute('inert', dialog !== innermost);
}

function keepTabInside(event: KeyboardEvent): void {
  if (event.key !== 'Tab') return;
  const dialog = event.currentTarget as HTMLElement;
  const stops = [...dialog.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(isShown);
  const first = stops[0];
  const last = stops[stops.length - 1];
  if (!first || !last) {
    event.preventDefault();
    return;
  }
  const active = document.activeElement;
  if (event.shiftKey && (active === first || active === dialog)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && active === last) {
    event.preventDefault();
    first.focus();
  }
}

function isShown(element: HTMLElement): boolean {
  return element.getClientRects().length > 0 && getComputedStyle(element).visibility !== 'hidden';
}
