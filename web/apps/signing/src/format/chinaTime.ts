import type { AppLocale } from '../i18n';

const WALL_CLOCK = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** Reads an API time. Texts without a zone are China time (UTC+8). Null when it is no time. */
export function parseChinaTime(value: string | number | null | undefined): Date | null {
  if (value === null || value === undefined || value === '') return null;
  const match = typeof value === 'string' ? WALL_CLOCK.exec(value) : null;
  const time = match
    ? new Date(
        `${match[1]}-${match[2]}-${match[3]}T${match[4] ?? '00'}:${match[5] ?? '00'}:${match[6] ?? '00'}+08:00`,
      )
    : new Date(value);
  return Number.isNaN(time.getTime()) ? null : time;
}

/** `2026年11月22日 18:00`, `22 Nov 2026, 18:00`: always China time, wherever the phone is. */
export function formatChinaTime(time: Date, locale: AppLocale): string {
  const date = { year: 'numeric', day: 'numeric', timeZone: 'Asia/Shanghai' } as const;
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'Asia/Shanghai' } as const;
  if (locale === 'en') {
    return new Intl.DateTimeFormat('en-GB', { ...date, ...clock, month: 'short' }).format(time);
  }
  const day = new Intl.DateTimeFormat('zh-CN', { ...date, month: 'long' }).format(time);
  return `${day} ${new Intl.DateTimeFormat('zh-CN', clock).format(time)}`;
}

/** `2026-11-22` in China: how a date stamp is printed. */
export function chinaDate(time: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(time);
}
