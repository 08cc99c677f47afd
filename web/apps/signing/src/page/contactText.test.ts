import { expect, it } from 'vitest';
import { isContact } from './contactText';

it.each(['13900000001', ' 139 0000 0001', '+8613900000001', '+44 7700 900123', 'zhang@example.com'])('%j is a contact', (text) => {
  expect(isContact(text)).toBe(true);
});

it.each(['', '1390', '1234567890123456', 'zhang', 'zhang@example', 'a b@example.com', '139****0001'])('%j is none', (text) => {
  expect(isContact(text)).toBe(false);
});
