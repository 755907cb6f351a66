import { assert } from '../platform/assert.ts';

/** The next of the ids that a batch allocated. */
export function take(ids: number[]): number {
  const id = ids.shift();
  assert(id !== undefined, 'a batch allocates an id for every command that may need one');
  return id;
}
