import type { PageLanguage } from '@qishu/api-client';
import { createI18n } from 'vue-i18n';
import { en } from './en';
import { zhCN } from './zhCN';

export type AppLocale = 'zh-CN' | 'en';

export function createAppI18n(locale: AppLocale = 'zh-CN') {
  return createI18n({
    legacy: false,
    locale,
    fallbackLocale: 'zh-CN',
    messages: { 'zh-CN': zhCN, en },
  });
}

/** The API says `cn` or `en`; anything else is Chinese. */
export function localeOf(language: PageLanguage | string | null | undefined): AppLocale {
  return language?.toLowerCase().startsWith('en') ? 'en' : 'zh-CN';
}

const CHOICE_KEY = 'qishu.language';

/** The language the person has switched to on this page; private windows may refuse to remember it. */
export function rememberedLocale(): AppLocale | null {
  try {
    const choice = sessionStorage.getItem(CHOICE_KEY);
    return choice === 'en' || choice === 'zh-CN' ? choice : null;
  } catch {
    return null;
  }
}

export function rememberLocale(locale: AppLocale): void {
  try {
    sessionStorage.setItem(CHOICE_KEY, locale);
  } catch {
    // Not remembered: the page still switches.
  }
}
