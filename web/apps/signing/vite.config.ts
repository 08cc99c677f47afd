import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { firstLoadBudget } from './build/firstLoadBudget.ts';
import { pdfjsData } from './build/pdfjsData.ts';

export default defineConfig(({ command }) => ({
  // The build prints its own table of sizes.
  logLevel: command === 'build' ? 'warn' : 'info',
  // The server puts the content of `dist` here and answers `/s/*` and `/page/*` with index.html.
  base: '/page/assets/',
  plugins: [vue(), pdfjsData(), firstLoadBudget({ limitBytes: 200 * 1024 })],
  define: {
    __VUE_OPTIONS_API__: 'true', // Vant needs it
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    // Web views of phones from 2020 on.
    target: ['es2020', 'chrome80', 'safari14'],
    cssTarget: ['chrome80', 'safari14'],
    assetsDir: 'app',
    // Inlined fonts and scripts would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
  },
  server: {
    proxy: { '/page/api': 'http://127.0.0.1:5180' },
  },
}));
