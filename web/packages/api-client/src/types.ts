/**
 * The JSON the signing pages exchange with the server under `/page/api`.
 *
 * Lengths are PDF points. A page is what a viewer shows (crop box, rotation applied); its origin is
 * the lower-left corner and y points up, as everywhere in the product.
 */

/** `LOG_IN`: the link alone does not say who opened it; log in first. */
/** `JOIN`: a free place of a contract, to be taken first. */
export type Purpose = 'APPOINT' | 'JOIN' | 'LOG_IN' | 'SIGN' | 'VIEW' | IdentityPurpose;

/** Pages about who somebody is. */
export type IdentityPurpose = 'AUTHORISE' | 'COMPANY_AUTH' | 'LEGAL_PERSON' | 'PERSON_AUTH' | 'SSO_PRIVILEGE';

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
  /** With `JOIN`. */
  place?: FreePlace | null;
}

/** A place of a contract that somebody may take. */
export interface FreePlace {
  subject: string;
  sponsorName: string;
  /** For a company; else for a person. */
  company: boolean;
  /** Name that the initiator has fixed. */
  tenantName?: string | null;
}

export interface JoinRequest {
  name: string;
  companyName?: string;
  contact: string;
  code: string;
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
  description?: string | null;
  /** Why it was returned, recalled or ended. */
  reason?: string | null;
}

/** A step inside a company, as far as this person may see it. */
export interface PartyStep {
  type: StepType;
  name: string;
  status: 'INIT' | 'START' | 'FINISH' | 'STOP' | 'END';
  completeTime?: string | null;
  /** Who performed it. */
  by?: string | null;
}

export interface Party {
  name: string;
  type: 'COMPANY' | 'PERSONAL';
  status: string;
  sponsor?: boolean;
  /** Equal numbers act at the same time. */
  order?: number;
  completeTime?: string | null;
  steps?: PartyStep[];
}

/** Kinds of steps; `SIGNATURE` is the signature of a personal party, `VOID` that of anybody on a void document. */
export type StepType = 'SIGNATURE' | 'VOID' | 'AUDIT' | 'COMPANY' | 'LP' | 'OPERATOR' | 'PERSONAL' | 'PRACTICE';

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
  stepId?: string;
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

/** A seal the person may use; its picture comes from `PageClient.sealPicture`. Lengths are points. */
export interface SealOption {
  id: string;
  name: string;
  width: number;
  height: number;
}

export type DatePattern = 'HYPHEN' | 'Chinese' | 'ALL_Chinese' | 'ENGLISH';

/** A step that waits for the person now. One confirmation covers all of them. */
export interface SigningTask {
  id: string;
  type: StepType;
  /** Name the initiator gave the step; absent for a personal party. */
  name?: string | null;
  partyName?: string | null;
  needsPicture: boolean;
  needsPlacement: boolean;
  /** Places beside the fixed ones are allowed. */
  mayAddPlaces: boolean;
  placementKind: 'PERSONAL' | 'COMPANY' | 'LP';
  /** The first one is proposed. */
  seals: SealOption[];
  /** A company nobody has authenticated: its handler confirms the name and gets a standard seal. */
  company?: { name: string; needsLegalPerson: boolean } | null;
  /** Date styles to choose from; empty when there is no choice. */
  datePatterns: DatePattern[];
}

/** A file that has to be handed in. */
export interface AttachmentDemand {
  id: string;
  title: string;
  required: boolean;
  needSign: boolean;
  isHandedIn: boolean;
}

export type FillKind =
  | 'text'
  | 'textarea'
  | 'date'
  | 'idcard'
  | 'image'
  | 'person'
  | 'radio'
  | 'checkbox'
  | 'table';

/** A parameter to be filled in. Values are texts: several choices with commas, a table as JSON, a picture as data address. */
export interface FillParam {
  name: string;
  type: FillKind;
  required: boolean;
  readOnly: boolean;
  value?: string | null;
  options: string[];
  columns: string[];
  description?: string | null;
}

/** The signing password of this person on this client. */
export interface PasswordOffer {
  usable: boolean;
  isSet: boolean;
  maySet: boolean;
  /** The initiator asks for it: no code will do. */
  required: boolean;
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
  /** Offered to the initiator's people only. */
  recall?: boolean;
  end?: boolean;
  /** "Start again", for the initiator after a contract came to nothing. */
  resend?: boolean;
  /** The state of signing, party by party. */
  state?: boolean;
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
  /** Steps that wait for this person now, in order: one approval, or signatures and seals. */
  tasks: SigningTask[];
  /** What will wait for the same person right after. */
  later: StepType[];
  password: PasswordOffer;
  /** Files this person's parties have to hand in. */
  attachments?: AttachmentDemand[];
  /** What this person has to fill in before the signing begins. */
  fill?: { params: FillParam[] } | null;
  /** Set while the contract is being voided. */
  void?: { documentId?: string | null; reason?: string | null; expireTime?: string | null } | null;
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

/** Kinds of positions a draft can have. */
export type PositionKind =
  | 'COMPANY'
  | 'LP'
  | 'PERSONAL'
  | 'TIMESTAMP'
  | 'ACROSS_PAGE'
  | 'ACROSS_PAGE_ODD'
  | 'ACROSS_PAGE_EVEN'
  | 'ACROSS_PAGE_SCOPE';

/** A party of a draft, with the steps positions can belong to. */
export interface DraftParty {
  id: string;
  name: string;
  type: 'COMPANY' | 'PERSONAL';
  sponsor: boolean;
  order: number;
  /** Masked. */
  contact?: string | null;
  steps: { id: string; type: StepType; name: string }[];
}

/** Where a position of a draft shows. One position can show at several places. */
export interface DraftPosition extends Box {
  signatoryId: string;
  actionId?: string | null;
  /** Its place in the owner's list; absent once it was placed or moved here. */
  keep?: number | null;
  kind: PositionKind;
  /** False where it follows a text, or shows at several places. */
  moves: boolean;
}

export type AppointMode = 'APPOINT' | 'DRAFT' | 'FILL_PARAMETERS';

/** The page on which a draft is prepared. */
export interface AppointPage {
  contract: ContractSummary & {
    expireDate?: string | null;
    endDate?: string | null;
    ordinal: boolean;
  };
  documents: ContractDocument[];
  parties: DraftParty[];
  positions: DraftPosition[];
  /** What the initiator fills in. */
  params: FillParam[];
  offer: { mode: AppointMode; send: boolean; save: boolean; locations: boolean; params: boolean; return: boolean };
  callbackPage?: string | null;
  callbackTrusted?: boolean;
  simulated: boolean;
  lang: PageLanguage;
  themeColor?: string | null;
}

/** Basic data of a draft; dates are `yyyy-MM-dd`. */
export interface DraftBasics {
  subject: string;
  sn: string;
  description: string;
  expireDate: string;
  endDate: string;
  ordinal: boolean;
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

/** How the person confirms: a code from a message, or the signing password. */
export type Confirming = { code: string } | { password: string };

export type SignRequest = Confirming & {
  revisions: DocumentRevision[];
  /** The steps that were shown. */
  steps: string[];
  /** Left out when the step needs no picture. */
  signature?: SignaturePicture;
  saveSignature: boolean;
  seals?: { stepId: string; sealId: string }[];
  /** Places the person chose. */
  placements?: (Box & { stepId: string })[];
  datePattern?: DatePattern;
  /** What the handler confirmed about a company that nobody has authenticated. */
  company?: { name: string; legalPerson?: string };
};

export type AuditRequest = Partial<Confirming> & {
  stepId: string;
  revisions: DocumentRevision[];
  pass: boolean;
  comment?: string;
};

export interface SignResult {
  status: string;
  contractStatus: ContractStatus;
  callbackPage?: string | null;
}

/** What every page about an identity has. */
export interface IdentityFrame {
  lang: PageLanguage;
  themeColor?: string | null;
  /** Where to go afterwards. */
  callbackPage?: string | null;
  /** The address is one the application has listed, or a page of ours. */
  callbackTrusted: boolean;
  closeButton: boolean;
  platformName?: string | null;
  simulated: boolean;
}

export type IdentityPage = IdentityFrame &
  (
    | { purpose: 'AUTHORISE'; shown: AuthorisationShown }
    | { purpose: 'COMPANY_AUTH'; shown: CompanyAuthShown }
    | { purpose: 'LEGAL_PERSON'; shown: LegalPersonShown }
    | { purpose: 'PERSON_AUTH'; shown: PersonAuthShown }
    | { purpose: 'SSO_PRIVILEGE'; shown: SsoShown }
  );

export type AuthMode = 'ALIPAY' | 'BANK' | 'FACE' | 'IVS' | 'MANUAL';

export type AuthFieldName = 'bankMobile' | 'bankNo' | 'idCardNo' | 'mobile' | 'username';

export interface PersonAuthShown {
  state: 'FAILED' | 'ISSUED' | 'OPEN' | 'PASSED' | 'REVIEWING';
  /** Masked. */
  contact: string;
  paperType: 'HKMP' | 'IDCARD' | 'MTPS' | 'PASSPORT';
  /** What is filled in, numbers masked; an empty answer keeps it. */
  fields: Record<AuthFieldName, { shown: string | null; locked: boolean }>;
  offered: AuthMode[];
  passedBy: AuthMode | null;
  record: { name: string; idCardNo: string } | null;
  failed: { mode: AuthMode; fields: string[] } | null;
  reason: string | null;
  elsewhere: AuthMode | null;
  photos: ('BACK' | 'FRONT')[];
  /** Epoch milliseconds. */
  until: number | null;
  dataConsent: string;
  faceConsent: string;
  simulated: boolean;
}

export type AuthSubmission = Partial<Record<AuthFieldName, string>> & { mode: AuthMode; code?: string; consent?: string };

/** A check that goes on at the supplier's page; without an address at the simulator's, which this page plays. */
export interface ElsewhereAnswer {
  purpose: 'ELSEWHERE';
  pageUrl: string | null;
}

export interface CompanyAuthShown {
  state:
    | 'AUTHORISING'
    | 'BASIC_FAILED'
    | 'ISSUED'
    | 'LEGAL_FAILED'
    | 'LETTER_FAILED'
    | 'PASSED'
    | 'PAYMENT_FAILED'
    | 'REVIEWING';
  reason: string | null;
  companyName: string;
  registerNo: string | null;
  legalPerson: string | null;
  legalContact: string | null;
  license: boolean;
  locked: string[];
  applicant: string;
  contact: string;
  applicantProven: boolean;
  /** There and accepted; there; not there. */
  letter: boolean | null;
  payment: boolean | null;
  paymentAsked: boolean;
  open: boolean;
  simulated: boolean;
}

export interface LegalPersonShown {
  companyName: string;
  registerNo: string;
  legalPerson: string;
  applicant: string;
  contact: string;
  proven: boolean;
  somebodyElse: boolean;
  open: boolean;
  passed: boolean;
  consent: string;
}

export type ConfirmWay = 'EMAIL' | 'FACE' | 'SIGNPWD' | 'SMS';

export interface AuthorisationShown {
  companyName: string;
  appName: string;
  remark: string;
  /** `yyyy-MM-dd` */
  until: string;
  untilModifiable: boolean;
  allowPersonalAuto: boolean;
  status: 'authorized' | 'deauthorized' | 'expired' | 'refused' | 'unauthorized';
  contact: string;
  /** Real name; null until the person is known for sure. */
  name: string | null;
  ways: ConfirmWay[];
  faceDone: boolean;
}

export interface SsoShown {
  companyName: string;
  appName: string;
  contact: string;
  granted: boolean;
  mayGrant: boolean;
  modules: string[];
}
