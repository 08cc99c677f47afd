import { createPageClient } from '@qishu/api-client';
import { createApp } from 'vue';
import App from './App.vue';
import { createAppI18n, rememberedLocale } from './i18n';
import './app.css';

createApp(App, { client: createPageClient({ fetch: window.fetch }) })
  .use(createAppI18n(rememberedLocale() ?? 'zh-CN'))
  .mount('#app');
