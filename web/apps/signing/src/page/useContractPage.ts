import { PageError, type ContractPage, type FreePlace, type OpenedLink, type PageClient } from '@qishu/api-client';
import { clientKey } from './ticketClient';
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';

/** The address after a link was traded for a session: it says nothing and survives a reload. */
export const CLEAN_ADDRESS = '/page/contract';
/** The same for pages about who somebody is. */
export const IDENTITY_ADDRESS = '/page/identity';

const IDENTITY_PURPOSES: readonly string[] = ['AUTHORISE', 'COMPANY_AUTH', 'LEGAL_PERSON', 'PERSON_AUTH', 'SSO_PRIVILEGE'];

export type Phase = 'opening' | 'login' | 'blocked' | 'ready' | 'appoint' | 'join' | 'identity';

export interface ContractPageState {
  phase: Ref<Phase>;
  /** While logging in: the masked contact it has to be, if only one will do. */
  contact: Ref<string | null>;
  /** While a free place is being taken: the place, and the token of its link. */
  place: ShallowRef<{ token: string; place: FreePlace } | null>;
  page: ShallowRef<ContractPage | null>;
  /** Why the page is blocked. */
  error: ShallowRef<unknown>;
  open(): Promise<void>;
  /** Goes on after the person has logged in. */
  loggedIn(opened: OpenedLink): Promise<void>;
  reload(): Promise<void>;
  block(error: unknown): void;
}

export interface ContractPageOptions {
  client: PageClient;
  /** Where the page was opened: `/s/{token}` or the clean address. */
  pathname: string;
  /** The query of that address: a mini-program's ticket is in it. */
  search?: string;
  /** Replaces the address without loading anything. */
  replaceAddress: (address: string) => void;
  onOpened?: (opened: OpenedLink) => void;
  onLoaded?: (page: ContractPage) => void;
}

/** Trades the link for a session, cleans the address and loads the contract. */
export function useContractPage(options: ContractPageOptions): ContractPageState {
  const phase = ref<Phase>('opening');
  const contact = ref<string | null>(null);
  const place = shallowRef<{ token: string; place: FreePlace } | null>(null);
  const page = shallowRef<ContractPage | null>(null);
  const error = shallowRef<unknown>(null);
  let token = linkToken(options.pathname);
  let ticket = ticketOf(options.pathname, options.search ?? '');

  async function open(): Promise<void> {
    phase.value = 'opening';
    try {
      if (ticket !== null) {
        const opened = await options.client.openTicket(ticket, clientKey());
        ticket = null;
        options.replaceAddress(CLEAN_ADDRESS);
        options.onOpened?.(opened);
      } else if (token !== null) {
        const opened = await options.client.open(token);
        if (opened.purpose === 'JOIN' && opened.place) place.value = { token, place: opened.place };
        token = null;
        const isIdentity = IDENTITY_PURPOSES.includes(opened.purpose);
        options.replaceAddress(isIdentity ? IDENTITY_ADDRESS : CLEAN_ADDRESS);
        options.onOpened?.(opened);
        if (isIdentity) {
          phase.value = 'identity';
          return;
        }
        if (opened.purpose === 'LOG_IN') {
          contact.value = opened.contact ?? null;
          phase.value = 'login';
          return;
        }
        if (opened.purpose === 'JOIN') {
          phase.value = 'join';
          return;
        }
        if (opened.purpose === 'APPOINT') {
          phase.value = 'appoint';
          return;
        }
      }
      if (options.pathname === IDENTITY_ADDRESS) {
        phase.value = 'identity';
        return;
      }
      await load();
    } catch (reason) {
      block(reason);
    }
  }

  async function loggedIn(opened: OpenedLink): Promise<void> {
    options.onOpened?.(opened);
    try {
      await load();
    } catch (reason) {
      block(reason);
    }
  }

  async function load(): Promise<void> {
    const loaded = await options.client.contract();
    if (loaded.purpose === 'APPOINT') {
      phase.value = 'appoint';
      return;
    }
    page.value = loaded;
    phase.value = 'ready';
    options.onLoaded?.(loaded);
  }

  async function reload(): Promise<void> {
    try {
      await load();
    } catch (reason) {
      // What is on the screen stays readable while the network is away.
      if (!(reason instanceof PageError) || reason.code !== 'NETWORK') block(reason);
    }
  }

  function block(reason: unknown): void {
    error.value = reason;
    phase.value = 'blocked';
  }

  return { phase, contact, place, page, error, open, loggedIn, reload, block };
}

/** The token of a link `/s/{token}`; null at any other address. */
export function linkToken(pathname: string): string | null {
  const token = /^\/s\/([^/]+)\/?$/.exec(pathname)?.[1];
  return token === undefined ? null : decode(token);
}

/** The ticket of `/miniapp/doc?ticket=…`; null at any other address. */
export function ticketOf(pathname: string, search: string): string | null {
  return /^\/miniapp\/doc\/?$/.test(pathname) ? new URLSearchParams(search).get('ticket') : null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
