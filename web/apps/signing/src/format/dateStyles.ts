import type { DatePattern } from '@qishu/api-client';

/** What a date of each style looks like. */
export const DATE_EXAMPLES: Record<DatePattern, string> = {
  HYPHEN: '2026-01-31',
  Chinese: '2026年01月31日',
  ALL_Chinese: '二〇二六年一月三十一日',
  ENGLISH: 'January 31, 2026',
};
