import type { ContractDocument, Placement, PlacementKind } from '@qishu/api-client';

/** One row of "what will be sealed where". */
export interface SealRow {
  kind: PlacementKind;
  label: string | null;
  documentId: string;
  documentTitle: string;
  /** Pages counted from 0; an across-page seal has a first and a later last one. */
  firstPage: number;
  lastPage: number;
  /** Where the row jumps to. */
  placement: Placement;
}

/** Placements in reading order, the strips of an across-page seal gathered into one row per document. */
export function sealRows(placements: readonly Placement[], documents: readonly ContractDocument[]): SealRow[] {
  const order = new Map(documents.map((document, index) => [document.id, index]));
  const titles = new Map(documents.map((document) => [document.id, document.title]));
  const rows: SealRow[] = [];
  for (const placement of inReadingOrder(placements, order)) {
    const open = rows.find((row) => isSameAcrossPageSeal(row, placement));
    if (open) {
      open.lastPage = placement.page;
      continue;
    }
    rows.push({
      kind: placement.kind,
      label: placement.label?.trim() || null,
      documentId: placement.documentId,
      documentTitle: titles.get(placement.documentId) ?? '',
      firstPage: placement.page,
      lastPage: placement.page,
      placement,
    });
  }
  return rows;
}

function inReadingOrder(placements: readonly Placement[], order: Map<string, number>): Placement[] {
  const rank = (placement: Placement): number => order.get(placement.documentId) ?? order.size;
  return [...placements].sort(
    (a, b) => rank(a) - rank(b) || a.page - b.page || b.y + b.height - (a.y + a.height) || a.x - b.x,
  );
}

function isSameAcrossPageSeal(row: SealRow, placement: Placement): boolean {
  return (
    row.kind === 'ACROSS_PAGE' &&
    placement.kind === 'ACROSS_PAGE' &&
    row.documentId === placement.documentId &&
    row.label === (placement.label?.trim() || null)
  );
}
