/**
 * The JSON the signing pages exchange with the server under `/page/api`.
 *
 * Lengths are PDF points. A page is what a viewer shows (crop box, rotation applied); its origin is
 * the lower-left corner and y points up, as everywhere in the product.
 */

/** `LOG_IN`: the link alone does not say who opened it; log in first. */
export type Purpose = 'LOG_IN' | 'SIGN' | 'VIEW';

export type PageLanguage = 'cn' | 'en';

/** Answer to the exchange of a link token for a page session. */
export interface OpenedLink {
  purpose: Purpose;
  /** Session token for pages whose cookies are refused. Kept in memory only. */
  session: string;
  lang: PageLanguage;
  /** `#RRGGBB`; absent when the application has set none. */
  themeColor?: string | null;
  /** With `LOG_IN`: the masked contact that has to log in, when the link is for one person. */
  contact?: string | null;
}

export type ContractStatus =
  | 'DRAFT'
  | 'FILLING'
  | 'SIGNING'
  | 'COMPLETE'
  | 'REJECTED'
  | 'RECALLED'
  | 'EXPIRED'
  | 'INVALIDING'
  | 'INVALIDED'
  | 'FORCE_END';

export interface ContractSummary {
  id: string;
  subject: string;
  status: ContractStatus;
  /** The server's own words for the status: shown when the status is one this page does not know. */
  statusText: string;
  sponsorName: string;
  /** Signing deadline: a China-time text `yyyy-MM-dd HH:mm:ss`, an ISO time or epoch milliseconds. */
  expireTime?: string | number | null;
  /** Contract number chosen by the initiator. */
  sn?: string | null;
}

export interface Party {
  name: string;
  type: 'COMPANY' | 'PERSONAL';
  status: string;
}

export interface PageSize {
  width: number;
  height: number;
}

export interface ContractDocument {
  id: string;
  title: string;
  pageCount: number;
  /** SHA-256 of the shown file, lower-case hex. It is sent back when signing. */
  revision: string;
  pages: PageSize[];
}

export type PlacementKind = 'PERSONAL' | 'COMPANY' | 'LP' | 'TIMESTAMP' | 'ACROSS_PAGE';

/** A box on a page: lower-left corner and size, in points. `page` counts from 0. */
export interface Box {
  documentId: string;
  page: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Placement extends Box {
  kind: PlacementKind;
  label?: string | null;
}

/** What this person is asked to do now. */
export interface SigningStep {
  type: string;
  /** A drawn or saved signature picture belongs to this step. */
  needsPicture: boolean;
  /** No place was fixed: the person chooses it. */
  needsPlacement?: boolean;
  canSign: boolean;
  canReject: boolean;
  /** Why `canSign` is false. */
  refusalCode?: string | null;
}

export interface SavedSignature {
  id: string;
  dataUrl: string;
  isDefault: boolean;
}

export interface PageButtons {
  download?: boolean;
  print?: boolean;
  return?: boolean;
  reject?: boolean;
}

export interface ContractPage {
  contract: ContractSummary;
  purpose: Purpose;
  me: { name: string; contact: string };
  parties: Party[];
  documents: ContractDocument[];
  placements: Placement[];
  /** Absent on view pages. */
  step?: SigningStep | null;
  signatures: SavedSignature[];
  buttons: PageButtons;
  /** Where the person goes afterwards; http(s), checked by the server. */
  callbackPage?: string | null;
  /** The application has listed that address: the page may go there by itself. Others only on a click. */
  callbackTrusted?: boolean;
  /** SMS, identity or certificates come from a simulator. */
  simulated: boolean;
  lang: PageLanguage;
  themeColor?: string | null;
  /** The document shown first, when it is not the first one. */
  openDocumentId?: string | null;
  pageType?: 'SIGN' | 'PRINT' | 'DIRECT_SIGN' | null;
}

export interface DocumentRevision {
  documentId: string;
  revision: string;
}

export interface SentCode {
  /** Masked phone number or e-mail address. */
  sentTo: string;
  retryAfterSeconds: number;
  expiresInSeconds: number;
  simulated: boolean;
}

export type SignaturePicture = { pngBase64: string } | { id: string };

export interface SignRequest {
  revisions: DocumentRevision[];
  code: string;
  /** Left out when the step needs no picture. */
  signature?: SignaturePicture;
  saveSignature: boolean;
  /** Only when no place was fixed and the person placed the signature. */
  placements?: Box[];
}

export interface SignResult {
  status: string;
  contractStatus: ContractStatus;
  callbackPage?: string | null;
}
