import { memberStateColumns } from '../engine/engine.sql.ts';
import type { MemberState } from '../engine/rows.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** Members with their accounts, as last committed. */
export const loadMembers = (pool: Pool, ids: readonly number[]) =>
  named<MemberState>(
    pool,
    'members.load',
    `select ${memberStateColumns} from member m join account a on a.member_id = m.id
     where m.id = any($1)`,
    [ids],
  );

/** One member by the program's own id. */
export async function findMember(
  pool: Pool,
  programId: number,
  externalId: string,
): Promise<MemberState | undefined> {
  const rows = await named<MemberState>(
    pool,
    'members.find',
    `select ${memberStateColumns} from member m join account a on a.member_id = m.id
     where m.program_id = $1 and m.external_id = $2`,
    [programId, externalId],
  );
  return rows[0];
}
