import { createProgram as create } from '../programs/create-program.ts';
import type { Output } from './output.ts';
import { CliProblem } from './problem.ts';
import { type Env, withApp } from './with-app.ts';

export type CreateProgramFlags = {
  readonly key: string;
  readonly name: string;
  readonly zone: string;
  /** Minutes after midnight. */
  readonly dayStart: number;
  /** Hours; the default of programs when absent. */
  readonly lateness?: number;
};

/** `tallymark program create`: makes a program and prints its operator key, this once. */
export async function createProgram(
  env: Env,
  output: Output,
  { key, name, zone, dayStart, lateness }: CreateProgramFlags,
): Promise<void> {
  const program = { key, name, zone, dayStartMinutes: dayStart, latenessHours: lateness };
  const { id, operatorKey, latenessHours } = await withApp(env, ({ db, clock }) =>
    create(db, program, clock.now()).catch((error: unknown) => {
      // Two commands at once: the unique index refuses the later one.
      if ((error as { code?: unknown }).code !== 'P2002') throw error;
      throw new CliProblem(`key: there is a program "${key}" already`);
    }),
  );
  output.result({ id, ...program, latenessHours, operatorKey }, [
    `program ${key} (${name}), days of ${zone}, facts up to ${latenessHours} hours late`,
    `operator key, shown only now: ${operatorKey}`,
  ]);
}
