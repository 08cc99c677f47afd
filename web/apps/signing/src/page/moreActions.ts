import type { ContractPage } from '@qishu/api-client';
import { returnAddress } from './returnAddress';

export type MoreAction = 'state' | 'download' | 'password' | 'recall' | 'end' | 'resend' | 'return';

/** What the menu of a page offers, in order. The server decides who may; the link decides what is shown. */
export function moreActions(page: ContractPage): MoreAction[] {
  const { buttons, password } = page;
  const offered: [MoreAction, boolean | undefined][] = [
    ['state', buttons.state],
    ['download', buttons.download && page.documents.length > 0],
    ['password', password.maySet],
    ['resend', buttons.resend],
    ['recall', buttons.recall],
    ['end', buttons.end],
    ['return', buttons.return && returnAddress(page.callbackPage) !== null],
  ];
  return offered.filter(([, isOffered]) => isOffered).map(([action]) => action);
}
