import { expect, test, vi } from 'vitest';
import { miniProgramHost } from './miniProgramHost';

const at = (search: string, pathname = '/miniapp/doc') => ({ pathname, search });

test('a host that listens hears the event', () => {
  const invoke = vi.fn();
  miniProgramHost(at('?ticket=T&hasCb=true'), () => ({ invoke }))?.tell('signSuccessCb');
  expect(invoke).toHaveBeenCalledWith('invokeMiniProgramAPI', {
    name: 'postMessage',
    arg: '{"data":{"event":"signSuccessCb"}}',
  });
});

test('a host that does not gets the person back', () => {
  const invoke = vi.fn();
  miniProgramHost(at('?ticket=T'), () => ({ invoke }))?.tell('signSuccessCb');
  expect(invoke).toHaveBeenCalledWith('invokeMiniProgramAPI', { name: 'navigateBack', arg: '{"delta":1}' });
});

test('elsewhere there is none, and without WeChat nothing happens', () => {
  expect(miniProgramHost(at('?hasCb=true', '/s/x'))).toBeNull();
  expect(() => miniProgramHost(at('?hasCb=true'), () => undefined)?.tell('authFailCb')).not.toThrow();
});
