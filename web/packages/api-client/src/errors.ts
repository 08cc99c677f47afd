/** Codes the page API answers with. Others may come; they are shown with the server's own words. */
export const PAGE_ERROR_CODES = [
  'ATTACHMENT_REQUIRED',
  'ALREADY_SIGNED',
  'AUTH_OVER',
  'AUTH_REQUIRED',
  'CHECK_UNAVAILABLE',
  'CODE_EXPIRED',
  'CODE_LOCKED',
  'CODE_WRONG',
  'CONTRACT_CLOSED',
  'INVALID_PARAM',
  'LINK_EXPIRED',
  'NOT_SENDABLE',
  'NOT_YOUR_TURN',
  'NO_SEAL_RIGHT',
  'PASSWORD_LOCKED',
  'PARAM_REQUIRED',
  'PASSWORD_NOT_OFFERED',
  'PASSWORD_REQUIRED',
  'PASSWORD_WRONG',
  'PERMISSION_DENIED',
  'PICTURE_REQUIRED',
  'PLACEMENT_REQUIRED',
  'REVISION_CHANGED',
  'SESSION_EXPIRED',
  'TOO_OFTEN',
] as const;

export type PageErrorCode =
  | (typeof PAGE_ERROR_CODES)[number]
  /** No answer at all: the request may or may not have reached the server. */
  | 'NETWORK'
  /** An answer that is not of this API. */
  | 'UNKNOWN';

/** A refusal by the server, or the lack of an answer. */
export class PageError extends Error {
  override readonly name = 'PageError';

  constructor(
    readonly code: PageErrorCode,
    readonly details: {
      /** HTTP status; 0 when there was no answer. */
      status: number;
      message?: string;
      messageEn?: string;
      /** What was wrong with the request. */
      field?: string;
      triesLeft?: number;
      retryAfterSeconds?: number;
    },
  ) {
    super(details.messageEn ?? details.message ?? code);
  }
}

function isKnownCode(code: unknown): code is (typeof PAGE_ERROR_CODES)[number] {
  return (PAGE_ERROR_CODES as readonly unknown[]).includes(code);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** Reads the error out of a refused response, whatever its body is. */
export async function pageErrorFrom(response: Response): Promise<PageError> {
  const body = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  const retryHeader = Number(response.headers.get('Retry-After'));
  return new PageError(isKnownCode(body?.code) ? body.code : fallbackCode(response.status), {
    status: response.status,
    message: text(body?.message),
    messageEn: text(body?.messageEn),
    field: text(body?.field),
    triesLeft: count(body?.triesLeft),
    retryAfterSeconds: count(body?.retryAfterSeconds) ?? (retryHeader > 0 ? retryHeader : undefined),
  });
}

function fallbackCode(status: number): PageErrorCode {
  if (status === 401) return 'SESSION_EXPIRED';
  if (status === 429) return 'TOO_OFTEN';
  return 'UNKNOWN';
}
