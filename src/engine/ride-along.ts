import { limits } from '../limits.ts';

type Held = { readonly rows: readonly string[] };

/**
 * Adds to a batch what must wait for it anyway: commands for the same rewards. So a crowd around
 * one reward is one batch and not two, one behind the other. Gives back those that stay; none of
 * them overtakes another for the same rows.
 */
export function rideAlong<Command extends Held>(
  batch: Command[],
  rest: readonly Command[],
  held: ReadonlySet<string>,
  blocked: Set<string>,
): readonly Command[] {
  // Commands that hold their member's rows only do not share any.
  if (!batch.some(({ rows }) => rows.length > 1)) return rest;
  const taken = new Set(batch.flatMap(({ rows }) => rows));
  return rest.filter((command) => {
    const { rows } = command;
    const fits =
      batch.length < limits.engineBatchCommandsMax &&
      rows.some((row) => taken.has(row)) &&
      !rows.some((row) => held.has(row) || blocked.has(row));
    if (fits) batch.push(command);
    else for (const row of rows) blocked.add(row);
    return !fits;
  });
}
