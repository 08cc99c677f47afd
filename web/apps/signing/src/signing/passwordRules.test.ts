import { expect, it } from 'vitest';
import { isTooPlain } from './passwordRules';

it.each(['111111', '123456', '987654', 'abcdef'])('%s is too plain', (password) => {
  expect(isTooPlain(password)).toBe(true);
});

it.each(['135790', 'k7#mQ2', '正确的电池'])('%s will do', (password) => {
  expect(isTooPlain(password)).toBe(false);
});
