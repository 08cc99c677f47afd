import type { ContractPage } from '@qishu/api-client';
import { expect, it, vi } from 'vitest';
import { shallowRef } from 'vue';
import { useLeaving } from './useLeaving';

const pageWith = (callbackPage: string | null, callbackTrusted: boolean) =>
  shallowRef({ callbackPage, callbackTrusted } as ContractPage);

it('goes to a listed address at once', () => {
  const go = vi.fn();
  useLeaving(pageWith('https://erp.example.com/done', true), go).leave();
  expect(go).toHaveBeenCalledExactlyOnceWith('https://erp.example.com/done');
});

it('asks before it follows an address nobody has listed', () => {
  const go = vi.fn();
  const leaving = useLeaving(pageWith('https://other.example.com/', false), go);
  leaving.leave();
  expect([leaving.isAsking.value, go.mock.calls.length]).toEqual([true, 0]);
  leaving.leaveAnyway();
  expect(go).toHaveBeenCalledExactlyOnceWith('https://other.example.com/');
});

it.each(['javascript:alert(1)', 'data:text/html,x', '', null])('has no way back to %s', (address) => {
  const go = vi.fn();
  const leaving = useLeaving(pageWith(address, true), go);
  leaving.leave();
  expect([leaving.home.value, go.mock.calls.length]).toEqual([null, 0]);
});
