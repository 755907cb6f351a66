import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder and those above it. Node's own `recursive` turns in circles for ever where a
 * folder exists that nothing can be made in, such as /proc; this fails.
 */
export function makeFolder(dir: string): void {
  if (isFolder(dir)) return;
  const parent = path.dirname(dir);
  if (parent !== dir) makeFolder(parent);
  try {
    mkdirSync(dir);
  } catch (error) {
    if (isFolder(dir)) return; // Another process was faster.
    const isFile = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (!isFile) throw error;
    throw Object.assign(new Error(`${dir} is a file, not a folder`), { code: 'EEXIST', path: dir });
  }
}

function isFolder(dir: string): boolean {
  return statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true;
}
