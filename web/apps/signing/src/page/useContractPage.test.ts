import { PageError, type ContractPage, type PageClient } from '@qishu/api-client';
import { describe, expect, it, vi } from 'vitest';
import { returnAddress } from './returnAddress';
import { CLEAN_ADDRESS, linkToken, useContractPage } from './useContractPage';

const loaded = { purpose: 'SIGN' } as ContractPage;

function opening(pathname: string, client: Partial<PageClient>) {
  const log: string[] = [];
  const state = useContractPage({
    client: {
      open: async (token: string) => {
        log.push(`open ${token}`);
        return { purpose: 'SIGN', session: 's', lang: 'cn' };
      },
      contract: async () => {
        log.push('contract');
        return loaded;
      },
      ...client,
    } as PageClient,
    pathname,
    replaceAddress: (address) => log.push(`address ${address}`),
  });
  return { state, log };
}

describe('opening the page', () => {
  it('trades the link, cleans the address, then loads', async () => {
    const { state, log } = opening('/s/abc%20d', {});
    await state.open();
    expect(log).toEqual(['open abc d', `address ${CLEAN_ADDRESS}`, 'contract']);
    expect([state.phase.value, state.page.value]).toEqual(['ready', loaded]);
  });

  it('asks for a log-in when the link does not say who opened it', async () => {
    const opened = { purpose: 'LOG_IN', session: 's', lang: 'cn', contact: '139****0001' } as const;
    const { state, log } = opening('/s/t', { open: async () => opened });
    await state.open();
    expect([state.phase.value, state.contact.value]).toEqual(['login', '139****0001']);
    expect(log).toEqual([`address ${CLEAN_ADDRESS}`]);
    await state.loggedIn({ ...opened, purpose: 'SIGN' });
    expect(state.phase.value).toBe('ready');
  });

  it('relies on the session at the clean address', async () => {
    const { state, log } = opening(CLEAN_ADDRESS, {});
    await state.open();
    expect(log).toEqual(['contract']);
  });

  it('does not trade the link twice when loading has to be repeated', async () => {
    const contract = vi.fn<PageClient['contract']>().mockRejectedValueOnce(new PageError('NETWORK', { status: 0 }));
    contract.mockResolvedValue(loaded);
    const { state, log } = opening('/s/t', { contract });
    await state.open();
    expect(state.phase.value).toBe('blocked');
    await state.open();
    expect(state.phase.value).toBe('ready');
    expect(log).toEqual(['open t', `address ${CLEAN_ADDRESS}`]);
  });

  it('keeps the screen when only a reload finds no network', async () => {
    const contract = vi.fn<PageClient['contract']>().mockResolvedValueOnce(loaded);
    const { state } = opening('/s/t', { contract });
    await state.open();
    contract.mockRejectedValueOnce(new PageError('NETWORK', { status: 0 }));
    await state.reload();
    expect(state.phase.value).toBe('ready');
    contract.mockRejectedValueOnce(new PageError('SESSION_EXPIRED', { status: 401 }));
    await state.reload();
    expect(state.phase.value).toBe('blocked');
  });
});

it.each([
  ['/s/abc', 'abc'],
  ['/s/abc/', 'abc'],
  ['/s/%E0%A4%A', '%E0%A4%A'],
  ['/s/', null],
  ['/page/contract', null],
  ['/x/s/abc', null],
])('reads the token of %s', (pathname, token) => {
  expect(linkToken(pathname)).toBe(token);
});

it.each([
  ['https://integrator.example/done?x=1', 'https://integrator.example/done?x=1'],
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/'],
  ['javascript:alert(1)', null],
  [' data:text/html,x', null],
  ['//other.example', null],
  ['/relative', null],
  ['', null],
  [null, null],
])('goes back to %j: %j', (address, target) => {
  expect(returnAddress(address)).toBe(target);
});
