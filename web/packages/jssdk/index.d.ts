/** Types of `window.qysSdk`, for pages written in TypeScript. */

export interface SignCallbacks {
  /** Called once after the person has signed. Without it the contract stays on the screen. */
  signSuccessCb?: () => void;
  /** Called when the person presses 退出认证 while proving who they are. */
  authFailCb?: () => void;
}

/** What an authentication tells the page about a person. */
export interface PersonalUserInfo {
  username: string;
  /** The contact that was authenticated. */
  mobile: string;
  /** Number of the identity paper. */
  cardNo: string;
  /** After an authentication by bank card. */
  bankNo?: string;
  /** After an authentication by bank card: the phone reserved at the bank. */
  contact?: string;
}

/** What an authentication tells the page about a company. */
export interface EnterpriseUserInfo {
  companyName: string;
  registerNo?: string;
  legalPerson?: string;
  requestId: string;
  applicantName?: string;
  applicantContact?: string;
}

export interface AuthCallbacks<Info> {
  authSuccessCb?: (userInfo: Info) => unknown;
  authFailCb?: () => void;
}

export type ModifyField = 'USERNAME' | 'IDCARDNO' | 'BANKNO' | 'BANKMOBILE';

export interface PersonalAuthParams {
  contact: string;
  mode?: 'DEFAULT' | 'FACE' | 'BANK';
  username?: string;
  idCardNo?: string;
  bankNo?: string;
  bankMobile?: string;
  manual?: boolean;
  callbackUrl?: string;
  modifyFields?: ModifyField[] | string;
}

export interface EnterpriseAuthParams {
  companyName: string;
  companyAuthBean: {
    companyName?: string;
    applicant: { name?: string; contact: string; contactType?: 'MOBILE' | 'EMAIL' };
    registerNo?: string;
    legalPerson?: string;
    callbackUrl?: string;
    closeButton?: boolean;
  };
}

export interface QysSdkOptions {
  /** Sent to the proxy with every request, in its query. `requestData` and `file` are taken. */
  query?: Record<string, string | number | boolean>;
}

/** Why an element cannot be had. */
export interface QysSdkError extends Error {
  /** Number of the Open API; 0 when the proxy did not pass anything of it on. */
  code: number;
  responseCode: string;
}

/** Each method answers an element to be styled and put into the document. */
export declare class QysSdk {
  constructor(url: string, options?: QysSdkOptions);
  personalSign(contractId: string | bigint, contact: string, callbacks?: SignCallbacks): Promise<HTMLElement>;
  enterpriseSign(contractId: string | bigint, contact: string, callbacks?: SignCallbacks): Promise<HTMLElement>;
  personalAuth(params: PersonalAuthParams, callbacks?: AuthCallbacks<PersonalUserInfo>): Promise<HTMLElement>;
  enterpriseAuth(params: EnterpriseAuthParams, callbacks?: AuthCallbacks<EnterpriseUserInfo>): Promise<HTMLElement>;
}

declare global {
  interface Window {
    qysSdk: typeof QysSdk;
  }
}
