import { PageError, pageErrorFrom } from './errors';
import type {
  AppointPage,
  AuditRequest,
  ContractPage,
  DocumentRevision,
  DraftBasics,
  DraftPosition,
  IdentityPage,
  JoinRequest,
  OpenedLink,
  PageLanguage,
  SentCode,
  SignRequest,
  SignResult,
} from './types';

export interface PageClientOptions {
  fetch: typeof fetch;
  /** Path or address before `/contract`, without a slash at the end. */
  baseUrl?: string;
  /** Sends the session from memory from the start: there is no cookie. */
  sendsSession?: boolean;
}

/** Typed access to the page API. One instance lives as long as the page. */
export interface PageClient {
  /** The language in which the page is shown: messages of this person are written in it. */
  setLanguage(language: PageLanguage): void;
  open(token: string): Promise<OpenedLink>;
  /** Opens a mini-program's ticket; `client` is this client's own random key, and the only one that may open it again. */
  openTicket(ticket: string, client: string): Promise<OpenedLink>;
  /** Sends a code to the contact; answers alike whether the contract concerns it or not. */
  requestLoginCode(contact: string): Promise<SentCode>;
  logIn(contact: string, code: string): Promise<OpenedLink>;
  /** Sends a code to the contact of somebody who takes a free place. */
  requestJoinCode(token: string, contact: string): Promise<SentCode>;
  join(token: string, request: JoinRequest): Promise<OpenedLink>;
  contract(): Promise<ContractPage>;
  fill(params: { name: string; value: string }[]): Promise<void>;
  /** Hands a demanded file in. */
  upload(attachmentId: string, file: File): Promise<void>;
  /** A new draft of a contract that came to nothing: the address of its page. */
  resend(): Promise<{ pageUrl: string }>;
  requestCode(revisions: DocumentRevision[]): Promise<SentCode>;
  sign(request: SignRequest): Promise<SignResult>;
  /** Approves, or refuses with a comment. */
  audit(request: AuditRequest): Promise<SignResult>;
  reject(reason: string): Promise<void>;
  /** The initiator takes the contract back. */
  recall(reason: string): Promise<void>;
  /** The initiator ends it before everybody signed. */
  end(reason: string): Promise<void>;
  requestPasswordCode(): Promise<SentCode>;
  setPassword(code: string, password: string): Promise<void>;
  /** PNG of a seal; `null` is the standard seal of a company that nobody has authenticated. */
  sealPicture(stepId: string, sealId: string | null): Promise<Blob>;
  /** The draft of a link for preparing one. */
  draft(): Promise<AppointPage>;
  savePositions(positions: Omit<DraftPosition, 'moves'>[]): Promise<void>;
  saveBasics(basics: DraftBasics): Promise<void>;
  /** Sets values of the initiator's parameters; an empty one takes a value away. */
  saveParams(params: { name: string; value: string }[]): Promise<void>;
  sendDraft(): Promise<void>;
  /** Tells the server that the contract was printed. */
  recordPrint(): Promise<void>;
  /** A link to the authentication that the initiator demands before this person signs. */
  signerAuth(): Promise<{ pageUrl: string }>;
  /** A page about who somebody is. */
  identity(): Promise<IdentityPage>;
  /** An action of such a page, e.g. `check` or `company/basics`. */
  identityAct<T>(action: string, body?: object): Promise<T>;
  /** Hands a file in on such a page. */
  identityFile(action: string, file: Blob): Promise<IdentityPage>;
  /** The file's address, bound to the revision that is shown. */
  fileUrl(document: DocumentRevision): string;
  downloadUrl(documentId: string): string;
  /** `range` is `[first, end)` in bytes. */
  file(
    document: DocumentRevision,
    options?: { range?: [number, number]; signal?: AbortSignal },
  ): Promise<Response>;
  download(documentId: string): Promise<Blob>;
  /** False once the browser turned out to refuse the session cookie: then plain links do not work. */
  readonly hasCookieSession: boolean;
}

/** Proof that a state-changing request comes from our own page: no other origin may set it. */
const PAGE_HEADER = 'X-Qishu-Page';
const SESSION_HEADER = 'X-Qishu-Session';
const LANGUAGE_HEADER = 'X-Qishu-Lang';

export function createPageClient(options: PageClientOptions): PageClient {
  // A bare call: browsers refuse `fetch` as a method of another object.
  const doFetch = options.fetch;
  return new FetchPageClient((input, init) => doFetch(input, init), options.baseUrl ?? '/page/api', options.sendsSession ?? false);
}

class FetchPageClient implements PageClient {
  /** From `open`; held in memory for browsers that refuse the cookie, never stored. */
  #session: string | null = null;
  #sendsSession: boolean;
  #language: PageLanguage | null = null;

  constructor(
    private readonly doFetch: typeof fetch,
    private readonly baseUrl: string,
    sendsSession: boolean,
  ) {
    this.#sendsSession = sendsSession;
  }

  get hasCookieSession(): boolean {
    return !this.#sendsSession;
  }

  setLanguage(language: PageLanguage): void {
    this.#language = language;
  }

  async open(token: string): Promise<OpenedLink> {
    return this.#enter(await this.#postJson<OpenedLink>('/open', { token }));
  }

  async openTicket(ticket: string, client: string): Promise<OpenedLink> {
    return this.#enter(await this.#postJson<OpenedLink>('/ticket', { ticket, client }));
  }

  requestLoginCode(contact: string): Promise<SentCode> {
    return this.#postJson('/login/code', { contact });
  }

  async logIn(contact: string, code: string): Promise<OpenedLink> {
    return this.#enter(await this.#postJson<OpenedLink>('/login', { contact, code }));
  }

  requestJoinCode(token: string, contact: string): Promise<SentCode> {
    return this.#postJson('/join/code', { token, contact });
  }

  async join(token: string, request: JoinRequest): Promise<OpenedLink> {
    return this.#enter(await this.#postJson<OpenedLink>('/join', { token, ...request }));
  }

  async fill(params: { name: string; value: string }[]): Promise<void> {
    await this.#post('/fill', { params });
  }

  async upload(attachmentId: string, file: File): Promise<void> {
    const path = `/attachments/${encodeURIComponent(attachmentId)}?name=${encodeURIComponent(file.name)}`;
    await this.#send(this.baseUrl + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream', [PAGE_HEADER]: '1' },
      body: file,
    });
  }

  resend(): Promise<{ pageUrl: string }> {
    return this.#postJson('/resend', {});
  }

  contract(): Promise<ContractPage> {
    return this.#getJson('/contract');
  }

  requestCode(revisions: DocumentRevision[]): Promise<SentCode> {
    return this.#postJson('/code', { revisions });
  }

  sign(request: SignRequest): Promise<SignResult> {
    return this.#postJson('/sign', request);
  }

  audit(request: AuditRequest): Promise<SignResult> {
    return this.#postJson('/audit', request);
  }

  async reject(reason: string): Promise<void> {
    await this.#post('/reject', { reason });
  }

  async recall(reason: string): Promise<void> {
    await this.#post('/recall', { reason });
  }

  async end(reason: string): Promise<void> {
    await this.#post('/end', { reason });
  }

  requestPasswordCode(): Promise<SentCode> {
    return this.#postJson('/password/code', {});
  }

  async setPassword(code: string, password: string): Promise<void> {
    await this.#post('/password', { code, password });
  }

  async sealPicture(stepId: string, sealId: string | null): Promise<Blob> {
    const path = `/steps/${encodeURIComponent(stepId)}/seals/${encodeURIComponent(sealId ?? 'standard')}`;
    return (await this.#send(this.baseUrl + path, {})).blob();
  }

  draft(): Promise<AppointPage> {
    return this.#getJson('/appoint');
  }

  async savePositions(positions: Omit<DraftPosition, 'moves'>[]): Promise<void> {
    await this.#post('/appoint/positions', { positions });
  }

  async saveBasics(basics: DraftBasics): Promise<void> {
    await this.#post('/appoint/basics', basics);
  }

  async saveParams(params: { name: string; value: string }[]): Promise<void> {
    await this.#post('/appoint/params', { params });
  }

  async sendDraft(): Promise<void> {
    await this.#post('/appoint/send', {});
  }

  async recordPrint(): Promise<void> {
    await this.#post('/print', {});
  }

  signerAuth(): Promise<{ pageUrl: string }> {
    return this.#postJson('/auth', {});
  }

  identity(): Promise<IdentityPage> {
    return this.#getJson('/identity');
  }

  identityAct<T>(action: string, body: object = {}): Promise<T> {
    return this.#postJson(`/identity/${action}`, body);
  }

  async identityFile(action: string, file: Blob): Promise<IdentityPage> {
    const response = await this.#send(`${this.baseUrl}/identity/${action}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream', [PAGE_HEADER]: '1' },
      body: file,
    });
    return this.#read(response);
  }

  fileUrl({ documentId, revision }: DocumentRevision): string {
    return `${this.#documentUrl(documentId)}?revision=${encodeURIComponent(revision)}`;
  }

  downloadUrl(documentId: string): string {
    return `${this.#documentUrl(documentId)}?download=1`;
  }

  file(
    document: DocumentRevision,
    { range, signal }: { range?: [number, number]; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const headers: Record<string, string> = {};
    if (range) headers.Range = `bytes=${range[0]}-${range[1] - 1}`;
    return this.#send(this.fileUrl(document), { headers, signal });
  }

  async download(documentId: string): Promise<Blob> {
    return (await this.#send(this.downloadUrl(documentId), {})).blob();
  }

  #documentUrl(documentId: string): string {
    return `${this.baseUrl}/documents/${encodeURIComponent(documentId)}/file`;
  }

  #enter(opened: OpenedLink): OpenedLink {
    this.#session = opened.session;
    return opened;
  }

  async #getJson<T>(path: string): Promise<T> {
    return this.#read<T>(await this.#send(this.baseUrl + path, {}));
  }

  async #postJson<T>(path: string, body: unknown): Promise<T> {
    return this.#read<T>(await this.#post(path, body));
  }

  #post(path: string, body: unknown): Promise<Response> {
    return this.#send(this.baseUrl + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', [PAGE_HEADER]: '1' },
      body: JSON.stringify(body),
    });
  }

  async #read<T>(response: Response): Promise<T> {
    // An answer that broke off says as little as none at all.
    const text = await response.text().catch(() => {
      throw new PageError('NETWORK', { status: response.status });
    });
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new PageError('UNKNOWN', { status: response.status });
    }
  }

  /** When the cookie turns out to be refused, the request is repeated with the session from memory. */
  async #send(url: string, init: RequestInit): Promise<Response> {
    const response = await this.#fetch(url, init);
    if (response.ok) return response;
    const error = await pageErrorFrom(response);
    if (error.code !== 'SESSION_EXPIRED' || this.#session === null || this.#sendsSession) throw error;
    this.#sendsSession = true;
    const repeated = await this.#fetch(url, init);
    if (!repeated.ok) throw await pageErrorFrom(repeated);
    return repeated;
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#sendsSession && this.#session) headers.set(SESSION_HEADER, this.#session);
    if (this.#language) headers.set(LANGUAGE_HEADER, this.#language);
    try {
      return await this.doFetch(url, { ...init, headers, credentials: 'same-origin' });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new PageError('NETWORK', { status: 0 });
    }
  }
}
