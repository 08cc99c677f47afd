import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [vue()],
  test: {
    // A file that touches the page says so in its first line: jsdom is slow to start.
    environment: 'node',
    include: ['{packages,apps}/*/src/**/*.test.ts', 'miniprogram/test/*.test.mjs'],
    restoreMocks: true,
    // Nothing waits for real time: this is for machines that do much else.
    testTimeout: 60_000,
  },
});
