import { createPageClient, watchSigned } from '@qishu/api-client';
import { createApp } from 'vue';
import App from './App.vue';
import { createAppI18n, rememberedLocale } from './i18n';
import { miniProgramHost } from './page/miniProgramHost';
import './app.css';

const fetchPage: typeof fetch = (input, init) => window.fetch(input, init);
const host = miniProgramHost(window.location);
const client = createPageClient({ fetch: host ? watchSigned(fetchPage, () => host.tell('signSuccessCb')) : fetchPage });

createApp(App, { client })
  .use(createAppI18n(rememberedLocale() ?? 'zh-CN'))
  .mount('#app');
