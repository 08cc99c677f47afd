/** What the embedding page and the framed page say to each other. No code, password or ticket is ever among it. */
import type { Data } from './frame';

export type Method = 'personalSign' | 'enterpriseSign' | 'personalAuth' | 'enterpriseAuth';

/** Given to the framed page with its port. */
export interface Start {
  qishu: 'start';
  method: Method;
  /** The proxy's address with the page's own parameters. */
  proxy: string;
  params: { readonly [name: string]: Data };
  language: 'zh' | 'en';
  /** Browser, for the log of the contract. */
  browser: string;
}

/** One request that the framed page may not make itself, because the proxy knows the embedding page only. */
export interface Relay {
  type: 'relay';
  id: number;
  requestData: string;
  /** As bytes in the answer; else as text. */
  get: boolean;
  file?: Blob;
}

export type FromFrame =
  | { type: 'signed' }
  | { type: 'authenticated'; userInfo: Data }
  | { type: 'left' }
  | Relay;

export interface Relayed {
  type: 'relayed';
  id: number;
  bytes: ArrayBuffer | null;
}
