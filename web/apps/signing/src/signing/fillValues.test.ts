import type { FillParam } from '@qishu/api-client';
import { describe, expect, it } from 'vitest';
import { choicesValue, missingNames, rowsOf, tableValue } from './fillValues';

const param = (change: Partial<FillParam>): FillParam => ({
  name: '备注',
  type: 'text',
  required: true,
  readOnly: false,
  options: [],
  columns: [],
  ...change,
});

describe('values of a form', () => {
  it('reads tables in both documented forms, and none', () => {
    expect(rowsOf('[["椅子","2"],["桌子"]]', 2)).toEqual([['椅子', '2'], ['桌子', '']]);
    expect(rowsOf('[{"column1":"椅子","column2":2}]', 2)).toEqual([['椅子', '2']]);
    for (const none of [null, '', 'x', '{}', '[]']) expect(rowsOf(none, 2)).toEqual([['', '']]);
  });

  it('drops empty rows and sends nothing for an empty table', () => {
    expect(tableValue([['椅子', '2'], ['', ' ']])).toBe('[["椅子","2"]]');
    expect(tableValue([['', '']])).toBe('');
  });

  it('joins choices in the order they are offered', () => {
    const choices = param({ type: 'checkbox', options: ['甲', '乙', '丙'] });
    expect(choicesValue(choices, new Set(['丙', '甲', '丁']))).toBe('甲,丙');
  });

  it('asks only for what is required and may be changed', () => {
    const params = [param({}), param({ name: '电话', required: false }), param({ name: '金额', readOnly: true })];
    expect(missingNames(params, { 备注: '  ' })).toEqual(['备注']);
    expect(missingNames(params, { 备注: '无' })).toEqual([]);
  });
});
