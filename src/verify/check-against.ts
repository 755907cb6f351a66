import { named, type Pool } from '../platform/db.ts';
import { type CheckpointChain, readCheckpoint } from './checkpoint.ts';
import { type Difference, textOf } from './difference.ts';
import type { VerifiedProgram } from './verify.sql.ts';

const CHAINS_PER_READ = 500;

/**
 * Finds the first chain that does not pass through the place a checkpoint names. Chains of
 * programs that are not asked about are passed over (`only`: just these; null: all).
 */
export async function findCheckpointDifference(
  pool: Pool,
  file: string,
  only: readonly VerifiedProgram[] | null,
): Promise<Difference | undefined> {
  const wanted = only === null ? null : new Set(only.map(({ key }) => key));
  for await (const read of readCheckpoint(file, CHAINS_PER_READ)) {
    const chains = read.filter(({ program }) => wanted === null || wanted.has(program));
    for (const found of await loadPlaces(pool, chains)) {
      const chain = chains[found.ordinal - 1];
      if (chain === undefined) continue;
      const difference = compareChain(chain, found);
      if (difference !== undefined) return difference;
    }
  }
  return undefined;
}

type Place = {
  readonly ordinal: number;
  readonly member: string | null;
  readonly entrySeq: number | null;
  readonly hash: Buffer | null;
};

const loadPlaces = (pool: Pool, chains: readonly CheckpointChain[]) =>
  named<Place>(
    pool,
    'verify.loadPlaces',
    `select k.ordinal, m.external_id as member, a.entry_seq as "entrySeq", e.hash
     from unnest($1::text[], $2::bigint[], $3::bigint[])
            with ordinality as k (program, member_id, seq, ordinal)
     left join program p on p.key = k.program
     left join member m on m.id = k.member_id and m.program_id = p.id
     left join account a on a.member_id = k.member_id
     left join ledger_entry e on e.member_id = k.member_id and e.seq = k.seq
     order by k.ordinal`,
    [
      chains.map(({ program }) => program),
      chains.map(({ memberId }) => memberId),
      chains.map(({ seq }) => seq),
    ],
  );

function compareChain(
  { program, memberId, seq, head }: CheckpointChain,
  { member, entrySeq, hash }: Place,
): Difference | undefined {
  const differ = (what: string, expected: string, found: string) => ({
    ...{ program, member, memberId, entrySeq: seq, expected, found },
    what: `${what}, signed in the checkpoint`,
  });
  if (member === null) return differ('member', 'a row', 'none');
  if (textOf(hash) !== head) return differ(`entry ${seq}: hash`, head, textOf(hash));
  // The entries may all be there while the account says that the chain ends earlier, or is gone.
  if ((entrySeq ?? 0) >= seq) return undefined;
  return differ('last entry: seq', `${seq} or more`, textOf(entrySeq));
}
