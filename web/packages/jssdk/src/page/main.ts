/** The framed page: says that it is there, takes its port, and shows the signing page. */
import { createPageClient, watchSigned } from '@qishu/api-client';
import { createApp } from 'vue';
import App from '../../../../apps/signing/src/App.vue';
import { createAppI18n } from '../../../../apps/signing/src/i18n';
import '../../../../apps/signing/src/app.css';
import type { FromFrame, Start } from '../protocol';
import { ProxyTransport } from './transport';

/** The address the page believes to be opened at: a link whose token nobody looks at. */
const PLACE = '/s/embedded';

let isStarted = false;

window.addEventListener('message', (event: MessageEvent<Start>) => {
  const port = event.ports[0];
  if (isStarted || event.source !== window.parent || event.data?.qishu !== 'start' || !port) return;
  isStarted = true;
  begin(event.data, port);
});
window.parent.postMessage({ qishu: 'ready' }, '*');

function begin(start: Start, port: MessagePort): void {
  const say = (what: FromFrame): void => port.postMessage(what);
  const transport = new ProxyTransport(start, port, (input, init) => window.fetch(input, init));
  const watched = watchSigned(transport.fetch, () => say({ type: 'signed' }));
  const client = createPageClient({ fetch: watched, sendsSession: true });
  createApp(App, { client, pathname: PLACE })
    .use(createAppI18n(start.language === 'en' ? 'en' : 'zh-CN'))
    .mount('#app');
}
