// @vitest-environment jsdom
import { expect, it } from 'vitest';
import { createApp, h, nextTick, ref } from 'vue';
import CodeInput from './CodeInput.vue';

function mountInput() {
  const code = ref('');
  const submitted: string[] = [];
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  createApp(() =>
    h(CodeInput, {
      label: '6 位验证码',
      invalid: false,
      disabled: false,
      modelValue: code.value,
      'onUpdate:modelValue': (value: string) => (code.value = value),
      onSubmit: () => submitted.push(code.value),
    }),
  ).mount(root);
  const input = root.querySelector('input') as HTMLInputElement;
  const type = async (value: string) => {
    input.value = value;
    input.dispatchEvent(new Event('input'));
    await nextTick();
  };
  const cells = () => [...root.querySelectorAll('.code__cell')].map((cell) => cell.textContent);
  return { code, submitted, root, input, type, cells };
}

it('is one field that phones can fill in from the message', () => {
  const { root, input } = mountInput();
  expect(root.querySelectorAll('input')).toHaveLength(1);
  expect(input.getAttribute('autocomplete')).toBe('one-time-code');
  expect(input.getAttribute('inputmode')).toBe('numeric');
  expect(input.getAttribute('aria-label')).toBe('6 位验证码');
});

it('moves on from box to box and marks the one to be filled', async () => {
  const { type, cells, root, input } = mountInput();
  input.dispatchEvent(new Event('focus'));
  await type('12');
  expect(cells()).toEqual(['1', '2', '', '', '', '']);
  expect([...root.querySelectorAll('.code__cell')].findIndex((cell) => cell.matches('.code__cell--active'))).toBe(2);
});

it('takes a pasted message and drops what is no digit', async () => {
  const { code, type, input } = mountInput();
  await type('验证码 ０４9 981，请勿泄露');
  expect(code.value).toBe('049981');
  expect(input.value).toBe('049981');
});

it('is sent with the enter key', async () => {
  const { type, input, submitted } = mountInput();
  await type('123456');
  input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
  expect(submitted).toEqual(['123456']);
});
