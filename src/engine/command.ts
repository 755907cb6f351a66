import { actorOf, type KnownViewer } from '../auth/viewer.ts';
import type { Command } from './batch.ts';
import { hashInput } from './idempotency.ts';
import type { Keyed, Operation, Touches } from './operation.ts';

/** A command as it waits, with the names of the rows it will hold. */
export function commandOf<Input extends Keyed, Outcome>(
  operation: Operation<Input, Outcome>,
  viewer: KnownViewer,
  input: Input,
): Command & { readonly rows: readonly string[] } {
  const { programId } = viewer;
  const touches = operation.touches(input);
  const key = input.idempotencyKey ?? null;
  const scope = viewer.kind === 'member' ? `member:${viewer.externalId}` : 'api';
  const receipt =
    key === null
      ? null
      : { programId, operation: operation.name, scope, key, inputHash: hashInput(input) };
  return {
    programId,
    touches,
    receipt,
    rows: rowsOf(programId, touches),
    operation: operation as Operation<unknown, unknown>,
    input,
    caller: { programId, actor: actorOf(viewer), idempotencyKey: key },
  };
}

/**
 * Names of the rows a command will hold, so that two batches in flight seldom share one. A member
 * named in two ways is two names: the second batch then waits for the account's lock, as another
 * node's would, and never deadlocks, since all lock in one order.
 */
function rowsOf(programId: number, { member, reward, challenge }: Touches): string[] {
  const name = 'id' in member ? `m:${member.id}` : `m:${programId}/${member.externalId}`;
  if (reward !== undefined) return [name, `r:${reward}`];
  return challenge?.changes === 'ROSTER' ? [name, `c:${challenge.id}`] : [name];
}
