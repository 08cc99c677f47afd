import { PageError } from '@qishu/api-client';
import type { ComposerTranslation } from 'vue-i18n';
import type { AppLocale } from '../i18n';

/** What to tell the person when something was refused: our words for known codes, else the server's. */
export function refusalText(error: unknown, t: ComposerTranslation, locale: AppLocale): string {
  if (!(error instanceof PageError)) return t('refusal.UNKNOWN');
  const { triesLeft, retryAfterSeconds: seconds, message, messageEn, field } = error.details;
  const told = locale === 'en' ? messageEn : message;
  switch (error.code) {
    case 'CODE_WRONG':
      return triesLeft === undefined
        ? t('refusal.CODE_WRONG')
        : t('refusal.CODE_WRONG_LEFT', { count: triesLeft }, triesLeft);
    case 'PASSWORD_WRONG':
      return triesLeft === undefined
        ? t('refusal.PASSWORD_WRONG')
        : t('refusal.PASSWORD_WRONG_LEFT', { count: triesLeft }, triesLeft);
    case 'CODE_LOCKED':
      return seconds ? t('refusal.CODE_LOCKED_WAIT', { seconds }) : t('refusal.CODE_LOCKED');
    case 'TOO_OFTEN':
      return tooOftenText(seconds, t);
    case 'INVALID_PARAM': {
      // Values of parameters are named by their parameter; of other fields nobody knows the name.
      const name = /^(?:templateParams|params)\.(.+)$/.exec(field ?? '')?.[1];
      return name ? t('refusal.INVALID_VALUE', { name }) : (told ?? t('refusal.UNKNOWN'));
    }
    // The server names what is missing.
    case 'PARAM_REQUIRED':
    case 'UNKNOWN':
      return told ?? t('refusal.UNKNOWN');
    default:
      return t(`refusal.${error.code}`);
  }
}

function tooOftenText(seconds: number | undefined, t: ComposerTranslation): string {
  if (!seconds) return t('refusal.TOO_OFTEN');
  if (seconds <= 120) return t('refusal.TOO_OFTEN_WAIT', { seconds });
  return t('refusal.TOO_OFTEN_WAIT_MINUTES', { minutes: Math.ceil(seconds / 60) });
}
