import { InputError } from '../platform/refusal.ts';
import type { Projection } from './projection.ts';

/**
 * Waits, for a bounded time, until a projection includes the event of a caller's `after`; at once
 * when none is given. InputError for what is no position of the program; Unavailable when it takes
 * too long.
 */
export async function waitFor(
  projection: Pick<Projection, 'waitFor'>,
  programId: number,
  after: number | null | undefined,
): Promise<void> {
  if (after === null || after === undefined) return;
  if (await projection.waitFor(programId, after)) return;
  throw new InputError('after', 'is no position of an event of this program');
}
