import { PageError } from '@qishu/api-client';
import { describe, expect, it } from 'vitest';
import { PIECE_BYTES, RevisionFile } from './revisionFile';

const shown = { documentId: '1', revision: 'abc' };
const signal = new AbortController().signal;
const noWait = () => Promise.resolve();

function part(body: string, headers: Record<string, string>, status = 206): Response {
  return new Response(body, { status, headers });
}

describe('revision file', () => {
  it('learns the size of the file from the first piece', async () => {
    const asked: unknown[] = [];
    const file = new RevisionFile(
      {
        file: async (document, options) => {
          asked.push([document, options?.range]);
          return part('%PDF', { ETag: '"abc"', 'Content-Range': 'bytes 0-3/900000' });
        },
      },
      shown,
    );
    expect((await file.first(signal)).total).toBe(900000);
    expect(asked).toEqual([[shown, [0, PIECE_BYTES]]]);
  });

  it.each([
    ['another revision', { ETag: '"def"' }],
    ['no revision at all', {}],
  ])('refuses bytes of %s', async (_name, headers: Record<string, string>) => {
    const file = new RevisionFile({ file: async () => part('x', headers) }, shown);
    await expect(file.range(0, 1, signal)).rejects.toMatchObject({ code: 'REVISION_CHANGED' });
  });

  it('accepts a tag that a proxy has weakened', async () => {
    const file = new RevisionFile({ file: async () => part('xy', { ETag: 'W/"abc"' }) }, shown);
    expect((await file.range(0, 2, signal)).byteLength).toBe(2);
  });

  it('cuts the piece out of a whole answer', async () => {
    const file = new RevisionFile({ file: async () => part('0123456789', { ETag: '"abc"' }, 200) }, shown);
    expect(new TextDecoder().decode(await file.range(3, 6, signal))).toBe('345');
  });

  it('tries a broken connection three times, a refusal once', async () => {
    const failing = (code: 'NETWORK' | 'SESSION_EXPIRED') => {
      const state = { tries: 0 };
      const file = new RevisionFile(
        {
          file: async () => {
            state.tries += 1;
            throw new PageError(code, { status: 0 });
          },
        },
        shown,
        noWait,
      );
      return { state, read: file.range(0, 1, signal) };
    };
    const offline = failing('NETWORK');
    await expect(offline.read).rejects.toMatchObject({ code: 'NETWORK' });
    expect(offline.state.tries).toBe(3);
    const expired = failing('SESSION_EXPIRED');
    await expect(expired.read).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(expired.state.tries).toBe(1);
  });
});
