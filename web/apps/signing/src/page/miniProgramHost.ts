/**
 * The mini-program around the page, when there is one (`/miniapp/…?hasCb=true`): it hears the documented events through the
 * message channel of its web view, and without `hasCb` gets the person back.
 */

/** What WeChat puts into pages of a web view. */
interface Bridge {
  invoke(name: string, argument: { name: string; arg: string }): void;
}

export type MiniProgramEvent = 'signSuccessCb' | 'authSuccessCb' | 'authFailCb';

export interface MiniProgramHost {
  tell(event: MiniProgramEvent): void;
}

/** `null` outside of `/miniapp/…`. */
export function miniProgramHost(
  address: Pick<Location, 'pathname' | 'search'>,
  bridge: () => Bridge | undefined = () => (window as { WeixinJSBridge?: Bridge }).WeixinJSBridge,
): MiniProgramHost | null {
  if (!address.pathname.startsWith('/miniapp/')) return null;
  const hears = new URLSearchParams(address.search).get('hasCb') === 'true';
  const ask = (name: string, argument: object): void =>
    bridge()?.invoke('invokeMiniProgramAPI', { name, arg: JSON.stringify(argument) });
  return {
    tell: (event) => (hears ? ask('postMessage', { data: { event } }) : ask('navigateBack', { delta: 1 })),
  };
}
