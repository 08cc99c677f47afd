import { onScopeDispose, ref, type Ref } from 'vue';

/** From here on the document gets a side panel and sheets become dialogs. Styles use the same width. */
const WIDE_SCREEN = '(min-width: 1024px)';

/** Whether the window is wide now; follows the window. */
export function useWideScreen(): Readonly<Ref<boolean>> {
  const query = window.matchMedia(WIDE_SCREEN);
  const isWide = ref(query.matches);
  const update = (): void => {
    isWide.value = query.matches;
  };
  query.addEventListener('change', update);
  onScopeDispose(() => query.removeEventListener('change', update));
  return isWide;
}
