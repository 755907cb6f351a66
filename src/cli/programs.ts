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
};

/** `tallymark program create`: makes a program and prints its operator key, this once. */
export async function createProgram(
  env: Env,
  output: Output,
  { key, name, zone, dayStart }: CreateProgramFlags,
): Promise<void> {
  const program = { key, name, zone, dayStartMinutes: dayStart };
  const { id, operatorKey } = await withApp(env, ({ db, clock }) =>
    create(db, program, clock.now()).catch((error: unknown) => {
      // Two commands at once: the unique index refuses the later one.
      if ((error as { code?: unknown }).code !== 'P2002') throw error;
      throw new CliProblem(`key: there is a program "${key}" already`);
    }),
  );
  output.result({ id, key, name, zone, dayStartMinutes: dayStart, operatorKey }, [
    `program ${key} (${name}), days of ${zone}`,
    `operator key, shown only now: ${operatorKey}`,
  ]);
}
