import { assert } from '../platform/assert.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** A program as the API shows it. */
export type ProgramShape = {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  /** IANA zone in which its days are counted. */
  readonly zone: string;
  readonly dayStartMinutes: number;
};

/** A program by id; its zone decides what "today" is. */
export async function findProgram(
  { pool }: { readonly pool: Pool },
  id: number,
): Promise<ProgramShape> {
  const [program] = await named<ProgramShape>(
    pool,
    'programs.find',
    `select id, key, name, zone, day_start_minutes as "dayStartMinutes" from program where id = $1`,
    [id],
  );
  assert(program !== undefined, 'a viewer’s program exists');
  return program;
}
