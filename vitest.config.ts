import { createRequire } from 'node:module';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

const graphqlDir = path.dirname(createRequire(import.meta.url).resolve('graphql/package.json'));

/** What measures its own process, or sets bounds that are read when a module is. */
const alone = ['test/leaderboards/histogram.test.ts', 'test/platform/redis-bus.test.ts'];

export default defineConfig({
  resolve: {
    // One graphql for everyone: bundled, the package's two builds would meet and refuse each other.
    alias: [{ find: /^graphql$/, replacement: path.join(graphqlDir, 'index.js') }],
  },
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/standard-limits.ts'],
    pool: 'forks',
    maxWorkers: 3, // Of two cores: tests wait as much as they work.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests with real processes and real time limits share two cores in CI: a second look tells
    // a slow machine from a bug, which fails again.
    retry: process.env.CI === undefined ? 0 : 2,
    // Files run in the process of the file before: loading everything anew took half of the time.
    projects: [
      {
        extends: true,
        test: { name: 'shared', isolate: false, include: ['test/**/*.test.ts'], exclude: alone },
      },
      { extends: true, test: { name: 'alone', isolate: true, include: alone } },
    ],
  },
});
