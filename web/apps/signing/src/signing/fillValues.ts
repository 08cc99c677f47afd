import type { FillParam } from '@qishu/api-client';

/** A table while it is being filled: rows of cells. */
export type Rows = string[][];

/** Reads a table's value: rows as arrays, or as objects with `column1`, `column2`, … */
export function rowsOf(value: string | null | undefined, columns: number): Rows {
  const blank = (): string[] => Array.from({ length: columns }, () => '');
  try {
    const parsed: unknown = JSON.parse(value ?? '');
    if (!Array.isArray(parsed) || parsed.length === 0) return [blank()];
    return parsed.map((row: unknown) => {
      const cells = row && typeof row === 'object' ? (row as Record<string, unknown>) : {};
      return blank().map((_, index) => {
        const cell = Array.isArray(row) ? (row[index] as unknown) : cells[`column${index + 1}`];
        return cell === undefined || cell === null ? '' : String(cell);
      });
    });
  } catch {
    return [blank()];
  }
}

/** A table as its value; empty when nothing was entered. */
export function tableValue(rows: Rows): string {
  const filled = rows.filter((row) => row.some((cell) => cell.trim() !== ''));
  return filled.length > 0 ? JSON.stringify(filled) : '';
}

/** Choices as their value, in the order they are offered. */
export function choicesValue(param: FillParam, chosen: ReadonlySet<string>): string {
  return param.options.filter((option) => chosen.has(option)).join(',');
}

/** Names of the fields that still have to be filled. */
export function missingNames(params: readonly FillParam[], values: Readonly<Record<string, string>>): string[] {
  return params
    .filter((param) => param.required && !param.readOnly && (values[param.name] ?? '').trim() === '')
    .map((param) => param.name);
}
