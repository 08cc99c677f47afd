import { expect, it } from 'vitest';
import { codeDigits } from './codeDigits';

it.each([
  ['123456', '123456'],
  ['1234567', '123456'],
  ['１２３４５６', '123456'],
  [' 12 34-56 ', '123456'],
  ['验证码：204981，5分钟内有效', '204981'],
  ['abc', ''],
])('reads the code out of %j', (typed, digits) => {
  expect(codeDigits(typed)).toBe(digits);
});
