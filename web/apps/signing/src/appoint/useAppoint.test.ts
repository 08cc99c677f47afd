import { PageError, type AppointPage, type PageClient } from '@qishu/api-client';
import { expect, it, vi } from 'vitest';
import { useAppoint } from './useAppoint';

const box = { documentId: 'd', page: 0, x: 10, y: 20, width: 112, height: 48 };

function draft(change: Partial<AppointPage> = {}): AppointPage {
  return {
    contract: { id: '1', subject: '合同', status: 'DRAFT', statusText: '草稿', sponsorName: '甲方', ordinal: true },
    documents: [],
    parties: [{ id: '2', name: '张三', type: 'PERSONAL', sponsor: false, order: 1, steps: [] }],
    params: [],
    positions: [{ ...box, signatoryId: '2', keep: 0, kind: 'PERSONAL', moves: true }],
    offer: { mode: 'APPOINT', send: true, save: true, locations: true, params: true, return: true },
    simulated: false,
    lang: 'cn',
    ...change,
  };
}

function start(client: Partial<PageClient> = {}) {
  const savePositions = vi.fn<PageClient['savePositions']>().mockResolvedValue();
  const sendDraft = vi.fn<PageClient['sendDraft']>().mockResolvedValue();
  const onExpired = vi.fn();
  const all = { draft: () => Promise.resolve(draft()), savePositions, sendDraft, ...client };
  return { appoint: useAppoint(all as unknown as PageClient, onExpired), savePositions, sendDraft, onExpired };
}

it('places, moves and removes, and sends the whole before it sends the contract', async () => {
  const { appoint, savePositions, sendDraft } = start();
  await appoint.load();
  appoint.armed.value = 'TIMESTAMP';
  appoint.place({ ...box, width: 120, height: 16 });
  expect([appoint.armed.value, appoint.positions.value.length]).toEqual([null, 2]);
  appoint.move(appoint.positions.value[0]!, { ...box, x: 50 });
  appoint.remove(appoint.selected.value!);
  expect(appoint.positions.value.map(({ kind }) => kind)).toEqual(['TIMESTAMP']);
  await appoint.send();
  expect(savePositions.mock.calls[0]?.[0]).toMatchObject([{ kind: 'TIMESTAMP', keep: null }]);
  expect([sendDraft.mock.calls.length, appoint.isSent.value]).toEqual([1, true]);
});

it('keeps what was placed when saving is refused', async () => {
  const { appoint } = start({ savePositions: () => Promise.reject(new PageError('NETWORK', { status: 0 })) });
  await appoint.load();
  appoint.armed.value = 'PERSONAL';
  appoint.place(box);
  expect(await appoint.save()).toBe(false);
  expect([appoint.positions.value.length, appoint.isChanged.value]).toEqual([2, true]);
  expect(appoint.problem.value).toMatchObject({ code: 'NETWORK' });
});

it('ends when the draft was sent elsewhere', async () => {
  const { appoint, onExpired } = start({ sendDraft: () => Promise.reject(new PageError('CONTRACT_CLOSED', { status: 409 })) });
  await appoint.load();
  await appoint.send();
  expect(onExpired).toHaveBeenCalledTimes(1);
  expect(appoint.isSent.value).toBe(false);
});
