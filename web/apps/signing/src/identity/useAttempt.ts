import { PageError } from '@qishu/api-client';
import { ref, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { refusalText } from '../format/refusalText';
import type { AppLocale } from '../i18n';

export interface Attempt {
  busy: Ref<boolean>;
  problem: Ref<string | null>;
  /** Does something once at a time; a refusal becomes words. Answers whether it succeeded. */
  attempt(act: () => Promise<void>): Promise<boolean>;
}

/** `expired` is told when nothing on the page can work any more. */
export function useAttempt(expired: (error: PageError) => void): Attempt {
  const { t, locale } = useI18n();
  const busy = ref(false);
  const problem = ref<string | null>(null);

  async function attempt(act: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = null;
    try {
      await act();
      return true;
    } catch (error) {
      if (error instanceof PageError && (error.code === 'SESSION_EXPIRED' || error.code === 'LINK_EXPIRED')) expired(error);
      else problem.value = refusalText(error, t, locale.value as AppLocale);
      return false;
    } finally {
      busy.value = false;
    }
  }

  return { busy, problem, attempt };
}
