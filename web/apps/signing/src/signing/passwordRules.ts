/** As the server judges: see `check_strength` there. */
export const SHORTEST_PASSWORD = 6;

/** Repeated or consecutive characters only. */
export function isTooPlain(password: string): boolean {
  const points = [...password].map((character) => character.codePointAt(0) ?? 0);
  const steps = points.slice(1).map((point, index) => point - (points[index] ?? 0));
  return [0, 1, -1].some((wanted) => steps.every((step) => step === wanted));
}
