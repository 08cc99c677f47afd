import type { Box, DraftParty, DraftPosition, PageSize, PositionKind, StepType } from '@qishu/api-client';
import { SIGNATURE_SIZE } from '../document/geometry';

/** Whom a position belongs to. */
export interface Owner {
  party: DraftParty;
  step: DraftParty['steps'][number] | null;
}

/** Everybody positions can be given to: persons, and the steps of companies that sign. */
export function ownersOf(parties: readonly DraftParty[]): Owner[] {
  return parties.flatMap((party): Owner[] => {
    if (party.type === 'PERSONAL') return [{ party, step: null }];
    return party.steps.filter((step) => step.type !== 'AUDIT').map((step) => ({ party, step }));
  });
}

export function ownerKey(owner: Owner): string {
  return owner.step ? `step ${owner.step.id}` : `party ${owner.party.id}`;
}

const KINDS: Record<StepType, PositionKind[]> = {
  SIGNATURE: ['PERSONAL', 'TIMESTAMP'],
  AUDIT: [],
  VOID: [],
  COMPANY: ['COMPANY', 'ACROSS_PAGE', 'TIMESTAMP'],
  LP: ['LP', 'TIMESTAMP'],
  OPERATOR: ['PERSONAL', 'TIMESTAMP'],
  PERSONAL: ['PERSONAL', 'TIMESTAMP'],
  PRACTICE: ['COMPANY', 'TIMESTAMP'],
};

/** Kinds that fit an owner, the usual one first. */
export function kindsFor(owner: Owner): PositionKind[] {
  return KINDS[owner.step?.type ?? 'SIGNATURE'];
}

export function isAcross(kind: PositionKind): boolean {
  return kind.startsWith('ACROSS_PAGE');
}

/** Round seals of 42 mm and square ones of 20 mm, points. */
const SEAL = { width: 119.06, height: 119.06 };
const LEGAL_PERSON = { width: 56.69, height: 56.69 };
const DATE = { width: 120, height: 16 };

export function sizeOf(kind: PositionKind): { width: number; height: number } {
  if (kind === 'PERSONAL') return SIGNATURE_SIZE;
  if (kind === 'TIMESTAMP') return DATE;
  return kind === 'LP' ? LEGAL_PERSON : SEAL;
}

/** A new position for `owner` where the person tapped. */
export function newPosition(owner: Owner, kind: PositionKind, box: Box): DraftPosition {
  return {
    ...box,
    signatoryId: owner.party.id,
    actionId: owner.step?.id ?? null,
    keep: null,
    kind,
    moves: true,
  };
}

/** One strip of an across-page seal on each page, all at the height of the position. */
export function stripOn(position: DraftPosition, page: number, size: PageSize, pageCount: number): Box {
  const width = SEAL.width / Math.min(Math.max(pageCount, 2), 20);
  return { documentId: position.documentId, page, x: size.width - width, y: position.y, width, height: SEAL.height };
}

/** What is sent: each position once, the strips of an across-page seal and the places of one text as one. */
export function positionsToSave(positions: readonly DraftPosition[]): Omit<DraftPosition, 'moves'>[] {
  const seen = new Set<string>();
  return positions.flatMap((position) => {
    const { moves: _, ...sent } = position;
    if (sent.keep == null) return [sent];
    const key = `${sent.signatoryId}/${sent.actionId ?? ''}/${sent.keep}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [sent];
  });
}

/** Whether two shown places belong to one position. */
export function isSame(a: DraftPosition, b: DraftPosition): boolean {
  if (a === b) return true;
  return a.keep != null && a.keep === b.keep && a.signatoryId === b.signatoryId && a.actionId === b.actionId;
}
