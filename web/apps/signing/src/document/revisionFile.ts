import { PageError, type DocumentRevision, type PageClient } from '@qishu/api-client';

/** Pieces asked for at a time; small contracts arrive in the first one. */
export const PIECE_BYTES = 256 * 1024;
const TRIES = 3;

export interface FirstPiece {
  bytes: Uint8Array;
  /** Size of the whole file. */
  total: number;
}

/**
 * Reads byte ranges of one revision of a document.
 *
 * Every answer must carry the revision as its ETag: otherwise the page could show bytes of another
 * revision than the one the person signs. A different one is refused with `REVISION_CHANGED`.
 */
export class RevisionFile {
  constructor(
    private readonly client: Pick<PageClient, 'file'>,
    private readonly document: DocumentRevision,
    private readonly wait: (ms: number) => Promise<void> = pause,
  ) {}

  async first(signal: AbortSignal): Promise<FirstPiece> {
    const response = await this.#fetch([0, PIECE_BYTES], signal);
    const bytes = await bytesOf(response);
    return { bytes, total: response.status === 206 ? totalOf(response, bytes) : bytes.byteLength };
  }

  /** Bytes from `begin` up to, not including, `end`. */
  async range(begin: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    const response = await this.#fetch([begin, end], signal);
    const bytes = await bytesOf(response);
    // A server or proxy without ranges answers with everything.
    return response.status === 206 ? bytes : bytes.slice(begin, end);
  }

  async #fetch(range: [number, number], signal: AbortSignal): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await this.client.file(this.document, { range, signal });
        this.#checkRevision(response);
        return response;
      } catch (error) {
        const mayPass = error instanceof PageError && ['NETWORK', 'TOO_OFTEN'].includes(error.code);
        if (!mayPass || attempt === TRIES) throw error;
        await this.wait(400 * 3 ** (attempt - 1));
      }
    }
  }

  #checkRevision(response: Response): void {
    const tag = response.headers.get('ETag')?.replace(/^W\//, '').replace(/^"|"$/g, '');
    if (tag !== this.document.revision) {
      throw new PageError('REVISION_CHANGED', { status: response.status });
    }
  }
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch {
    throw new PageError('NETWORK', { status: response.status });
  }
}

function totalOf(response: Response, bytes: Uint8Array): number {
  const total = Number(/\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1]);
  return Number.isSafeInteger(total) && total > 0 ? total : bytes.byteLength;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
