import { PageError } from '@qishu/api-client';
import { describe, expect, it } from 'vitest';
import { createAppI18n, localeOf } from '../i18n';
import { en } from '../i18n/en';
import { zhCN } from '../i18n/zhCN';
import { chinaDate, formatChinaTime, parseChinaTime } from './chinaTime';
import { refusalText } from './refusalText';
import { contrast, themeFrom } from './themeColor';

describe('times', () => {
  it.each([
    ['2026-12-31 18:00:00', '2026年12月31日 18:00', '31 Dec 2026, 18:00'],
    ['2026-12-31', '2026年12月31日 00:00', '31 Dec 2026, 00:00'],
    ['2026-12-31T16:30:00Z', '2027年1月1日 00:30', '1 Jan 2027, 00:30'],
    [1_798_711_200_000, '2026年12月31日 18:00', '31 Dec 2026, 18:00'],
  ])('%j is shown in China time', (value, zh, english) => {
    const time = parseChinaTime(value);
    expect(time).not.toBeNull();
    expect(formatChinaTime(time!, 'zh-CN')).toBe(zh);
    expect(formatChinaTime(time!, 'en')).toBe(english);
  });

  it.each([null, undefined, '', 'soon', '2026-13-45 00:00:00'])('%j is no time', (value) => {
    expect(parseChinaTime(value)).toBeNull();
  });

  it('stamps the day it is in China', () => {
    expect(chinaDate(new Date('2026-12-31T16:30:00Z'))).toBe('2027-01-01');
  });
});

describe('theme colour', () => {
  const channels = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];

  it.each(['#1890FF', 'FF9900', '#ffffff', '#FFFF00', '#000000', '#1D56B3'])('%s becomes readable on white', (color) => {
    const theme = themeFrom(color);
    expect(contrast(channels(theme!.brand), [255, 255, 255])).toBeGreaterThanOrEqual(4.5);
  });

  it('leaves a readable colour alone', () => {
    expect(themeFrom('#1D56B3')?.brand).toBe('#1d56b3');
  });

  it.each([null, undefined, '', 'red', '#12345', 'url(x)', '#12345678'])('%j is no colour', (color) => {
    expect(themeFrom(color)).toBeNull();
  });
});

describe('refusals', () => {
  const say = (locale: 'zh-CN' | 'en', code: PageError['code'], details = {}) => {
    const { t } = createAppI18n(locale).global;
    return refusalText(new PageError(code, { status: 409, ...details }), t as never, locale);
  };

  it('names the tries left', () => {
    expect(say('zh-CN', 'CODE_WRONG', { triesLeft: 2 })).toContain('2 次');
    expect(say('en', 'CODE_WRONG', { triesLeft: 1 })).toContain('One more try.');
    expect(say('en', 'CODE_WRONG', { triesLeft: 3 })).toContain('3 more tries');
    expect(say('en', 'CODE_WRONG')).toBe('The code is not right. Please enter it again.');
  });

  it('names the time to wait in seconds, then in minutes', () => {
    expect(say('zh-CN', 'TOO_OFTEN', { retryAfterSeconds: 45 })).toContain('45 秒');
    expect(say('zh-CN', 'TOO_OFTEN', { retryAfterSeconds: 3500 })).toContain('59 分钟');
    expect(say('en', 'TOO_OFTEN')).toContain('a little later');
  });

  it('uses the words of the server for what it does not know', () => {
    const words = { message: '余额不足', messageEn: 'no balance' };
    expect(say('zh-CN', 'UNKNOWN', words)).toBe('余额不足');
    expect(say('en', 'UNKNOWN', words)).toBe('no balance');
    expect(say('en', 'UNKNOWN')).toContain('did not work');
  });
});

describe('languages', () => {
  const keys = (value: object, path = ''): string[] =>
    Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === 'string' ? `${path}${key}` : keys(inner as object, `${path}${key}.`),
    );
  const slots = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
  const at = (value: object, path: string) =>
    path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value) as string;

  it('have the same texts with the same gaps to fill', () => {
    expect(keys(en)).toEqual(keys(zhCN));
    const reworded = new Set(['contract.chinaTime']);
    for (const key of keys(zhCN)) {
      if (!reworded.has(key)) expect([key, slots(at(en, key))]).toEqual([key, slots(at(zhCN, key))]);
    }
  });

  it('follow the API', () => {
    expect(['cn', 'en', 'EN', 'zh-CN', null].map((language) => localeOf(language))).toEqual(['zh-CN', 'en', 'en', 'zh-CN', 'zh-CN']);
  });
});
