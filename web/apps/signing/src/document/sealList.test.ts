import type { ContractDocument, Placement } from '@qishu/api-client';
import { expect, it } from 'vitest';
import { sealRows } from './sealList';

const document = (id: string, title: string): ContractDocument => ({
  id,
  title,
  pageCount: 5,
  revision: id,
  pages: [],
});
const at = (documentId: string, page: number, y: number, kind: Placement['kind']): Placement => ({
  documentId,
  page,
  x: 0,
  y,
  width: 10,
  height: 10,
  kind,
});

it('lists places in reading order across documents', () => {
  const rows = sealRows(
    [at('b', 0, 500, 'PERSONAL'), at('a', 2, 100, 'TIMESTAMP'), at('a', 2, 700, 'PERSONAL'), at('a', 0, 1, 'PERSONAL')],
    [document('a', '主合同'), document('b', '附件')],
  );
  expect(rows.map((row) => [row.documentTitle, row.firstPage, row.kind])).toEqual([
    ['主合同', 0, 'PERSONAL'],
    ['主合同', 2, 'PERSONAL'],
    ['主合同', 2, 'TIMESTAMP'],
    ['附件', 0, 'PERSONAL'],
  ]);
});

it('shows an across-page seal as one row with its pages', () => {
  const strips = [0, 1, 2].map((page) => at('a', page, 400, 'ACROSS_PAGE'));
  const rows = sealRows([...strips, at('b', 0, 400, 'ACROSS_PAGE')], [document('a', 'A'), document('b', 'B')]);
  expect(rows.map((row) => [row.documentId, row.firstPage, row.lastPage])).toEqual([
    ['a', 0, 2],
    ['b', 0, 0],
  ]);
});
