import { expect, test } from 'vitest';
import { clientKey } from './ticketClient';
import { ticketOf } from './useContractPage';

function storage(): Storage {
  const kept = new Map<string, string>();
  const methods = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) };
  return methods as unknown as Storage;
}

test('a client keeps its key', () => {
  const kept = storage();
  const key = clientKey(() => kept);
  expect(key).toMatch(/^[0-9a-f]{32}$/);
  expect(clientKey(() => kept)).toBe(key);
  expect(clientKey(storage)).not.toBe(key);
});

test('a browser that keeps nothing has a key for the page', () => {
  const refusing = (): Storage => {
    throw new DOMException('denied', 'SecurityError');
  };
  expect(clientKey(refusing)).toBe(clientKey(refusing));
});

test('tickets are read from addresses of mini-programs only', () => {
  expect(ticketOf('/miniapp/doc', '?ticket=T1&hasCb=true')).toBe('T1');
  expect(ticketOf('/miniapp/doc', '')).toBeNull();
  expect(ticketOf('/s/T1', '?ticket=T1')).toBeNull();
});
