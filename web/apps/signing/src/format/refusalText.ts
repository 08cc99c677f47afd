import { PageError } from '@qishu/api-client';
import type { ComposerTranslation } from 'vue-i18n';
import type { AppLocale } from '../i18n';

/** What to tell the person when something was refused: our words for known codes, else the server's. */
export function refusalText(error: unknown, t: ComposerTranslation, locale: AppLocale): string {
  if (!(error instanceof PageError)) return t('refusal.UNKNOWN');
  const { triesLeft, retryAfterSeconds: seconds, message, messageEn } = error.details;
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
    case 'UNKNOWN':
      return (locale === 'en' ? messageEn : message) ?? t('refusal.UNKNOWN');
    default:
      return t(`refusal.${error.code}`);
  }
}

function tooOftenText(seconds: number | undefined, t: ComposerTranslation): string {
  if (!seconds) return t('refusal.TOO_OFTEN');
  if (seconds <= 120) return t('refusal.TOO_OFTEN_WAIT', { seconds });
  return t('refusal.TOO_OFTEN_WAIT_MINUTES', { minutes: Math.ceil(seconds / 60) });
}
