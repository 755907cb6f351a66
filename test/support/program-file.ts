/** How tests run Tallymark as a process: as it is built, or, while that is out of date, by tsx. */
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');
const script = new URL('../../scripts/build.js', import.meta.url).href;
const { isStale } = (await import(script)) as { isStale(): boolean };
const isBuilt = !isStale(); // In CI it is, by `npm ci`; it starts in half of the time.

/** Node's arguments for the server or the command line. */
export const programFile = (name: 'main' | 'cli'): string[] =>
  isBuilt
    ? [path.join(root, `dist/${name}.js`)]
    : ['--import', 'tsx', path.join(root, `src/${name}.ts`)];
