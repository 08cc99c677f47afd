import { expect, it } from 'vitest';
import { RenderQueue } from './renderQueue';

const settled = () => new Promise((resolve) => setTimeout(resolve));

it('draws the latest request first, one at a time, and skips cancelled ones', async () => {
  const queue = new RenderQueue();
  const log: string[] = [];
  const job = (name: string) => async () => {
    log.push(`${name} starts`);
    await settled();
    log.push(`${name} ends`);
  };
  queue.add(job('a'));
  const cancel = queue.add(job('b'));
  queue.add(job('c'));
  cancel();
  await settled();
  await settled();
  await settled();
  expect(log).toEqual(['c starts', 'c ends', 'a starts', 'a ends']);
});

it('goes on after a failed job', async () => {
  const queue = new RenderQueue();
  let drawn = false;
  queue.add(async () => {
    drawn = true;
  });
  queue.add(() => Promise.reject(new Error('broken page')));
  await settled();
  expect(drawn).toBe(true);
});
