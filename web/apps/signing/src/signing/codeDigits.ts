export const CODE_LENGTH = 6;

/** The digits of what was typed or pasted: full-width digits count, anything else is dropped. */
export function codeDigits(text: string): string {
  return text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/\D/g, '')
    .slice(0, CODE_LENGTH);
}
