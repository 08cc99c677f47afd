import { expect, test } from 'vitest';
import { fill } from './words';

test('values go where their numbers are', () => {
  expect(fill('{1} für {0}, {2}', 'a', 'b')).toBe('b für a, {2}');
});
