import { expect, test, vi } from 'vitest';
import { watchSigned } from './watchSigned';

function answering(...bodies: unknown[]): typeof fetch {
  return async () => {
    const body = bodies.shift();
    return body instanceof Response ? body : new Response(JSON.stringify(body));
  };
}

test('tells once, and only when nothing more waits', async () => {
  const onSigned = vi.fn();
  const more = { step: { canSign: true } };
  const done = { step: { canSign: false } };
  const watched = watchSigned(answering(more, { status: 'SIGNED' }, more, { status: 'SIGNED' }, done, done), onSigned);
  await watched('/page/api/contract');
  await watched('/page/api/sign', { method: 'POST' });
  await watched('/page/api/contract');
  expect(onSigned).not.toHaveBeenCalled();
  await watched('/page/api/sign', { method: 'POST' });
  const last = await watched('/page/api/contract');
  await watched('/page/api/contract');
  expect(onSigned).toHaveBeenCalledTimes(1);
  expect(await last.json()).toEqual(done);
});

test('a refused signature and a refusing decision are no success', async () => {
  const onSigned = vi.fn();
  const refused = new Response('{"code":"CODE_WRONG"}', { status: 400 });
  const watched = watchSigned(answering(refused, { step: null }, { status: 'REFUSED' }, { step: null }), onSigned);
  for (const path of ['/sign', '/contract', '/audit', '/contract']) await watched(`/page/api${path}`);
  expect(onSigned).not.toHaveBeenCalled();
});
