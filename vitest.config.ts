import { createRequire } from 'node:module';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

const graphqlDir = path.dirname(createRequire(import.meta.url).resolve('graphql/package.json'));

export default defineConfig({
  resolve: {
    // One graphql for everyone: bundled, the package's two builds would meet and refuse each other.
    alias: [{ find: /^graphql$/, replacement: path.join(graphqlDir, 'index.js') }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests with real processes and real time limits share two cores in CI: a second look tells
    // a slow machine from a bug, which fails again.
    retry: process.env.CI === undefined ? 0 : 2,
  },
});
