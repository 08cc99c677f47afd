import type { DraftParty, DraftPosition } from '@qishu/api-client';
import { describe, expect, it } from 'vitest';
import { isSame, kindsFor, newPosition, ownersOf, positionsToSave, stripOn } from './positions';

const parties: DraftParty[] = [
  {
    id: '1',
    name: '契书演示科技有限公司',
    type: 'COMPANY',
    sponsor: true,
    order: 1,
    steps: [
      { id: '11', type: 'AUDIT', name: '审批' },
      { id: '12', type: 'COMPANY', name: '公章签署' },
    ],
  },
  { id: '2', name: '张三', type: 'PERSONAL', sponsor: false, order: 2, steps: [] },
];

const box = { documentId: 'd', page: 0, x: 10, y: 20, width: 30, height: 40 };
const at = (change: Partial<DraftPosition>): DraftPosition => ({
  ...box,
  signatoryId: '1',
  actionId: '12',
  keep: 0,
  kind: 'COMPANY',
  moves: true,
  ...change,
});

describe('positions of a draft', () => {
  it('are given to persons and to steps that sign, not to approvals', () => {
    const owners = ownersOf(parties);
    expect(owners.map((owner) => owner.step?.id ?? owner.party.id)).toEqual(['12', '2']);
    expect(owners.map(kindsFor)).toEqual([
      ['COMPANY', 'ACROSS_PAGE', 'TIMESTAMP'],
      ['PERSONAL', 'TIMESTAMP'],
    ]);
  });

  it('are sent once, wherever they show', () => {
    const strips = [at({ kind: 'ACROSS_PAGE', keep: 1 }), at({ kind: 'ACROSS_PAGE', keep: 1, page: 1 })];
    const fresh = newPosition(ownersOf(parties)[1]!, 'PERSONAL', box);
    const sent = positionsToSave([at({}), ...strips, fresh, { ...fresh, x: 99 }]);
    expect(sent.map(({ kind, keep }) => [kind, keep])).toEqual([
      ['COMPANY', 0],
      ['ACROSS_PAGE', 1],
      ['PERSONAL', null],
      ['PERSONAL', null],
    ]);
    expect(sent[2]).not.toHaveProperty('moves');
  });

  it('belong together when they are places of one position', () => {
    expect(isSame(at({ page: 0 }), at({ page: 3 }))).toBe(true);
    expect(isSame(at({ keep: 0 }), at({ keep: 1 }))).toBe(false);
    expect(isSame(at({ keep: null }), at({ keep: null }))).toBe(false);
  });

  it('put a strip on the right edge of every page', () => {
    const strip = stripOn(at({ kind: 'ACROSS_PAGE', y: 300 }), 4, { width: 595, height: 842 }, 5);
    expect([Math.round(strip.x + strip.width), strip.y, strip.page]).toEqual([595, 300, 4]);
  });
});
