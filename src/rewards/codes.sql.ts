/** Statements on codes in the transaction of an operator's change, under their reward's lock. */
import type { SettingsChange } from '../programs/change-settings.ts';

type Change = Pick<SettingsChange, 'tx' | 'programId'>;

/** Which reward of the program has these codes: code → reward. */
export async function findCodes({ tx, programId }: Change, codes: readonly string[]) {
  const rows = await tx.$queryRaw<{ code: string; rewardId: bigint }[]>`
    select code, reward_id as "rewardId" from reward_code
    where program_id = ${programId} and code = any(${codes}::text[])`;
  return new Map(rows.map(({ code, rewardId }) => [code, rewardId]));
}

/** Adds codes in their order, which is the order in which they are given out. */
export const insertCodes = (
  { tx, programId, now }: Pick<SettingsChange, 'tx' | 'programId' | 'now'>,
  rewardId: bigint,
  codes: readonly string[],
) => tx.$executeRaw`
  insert into reward_code (program_id, reward_id, code, imported_at)
  select ${programId}, ${rewardId}, given.code, ${now}
  from unnest(${codes}::text[]) with ordinality as given (code, line) order by given.line`;

/** Of the codes named, those the reward has, and how many of them no order has. */
export async function countCodes({ tx }: Change, rewardId: bigint, codes: readonly string[]) {
  const [row] = await tx.$queryRaw<{ found: number; available: number }[]>`
    select count(*)::int as found,
           (count(*) filter (where state = 'AVAILABLE'))::int as available
    from reward_code where reward_id = ${rewardId} and code = any(${codes}::text[])`;
  return row ?? { found: 0, available: 0 };
}

/** Removes codes that no order has; answers how many. */
export const deleteCodes = ({ tx }: Change, rewardId: bigint, codes: readonly string[]) =>
  tx.$executeRaw`
    delete from reward_code
    where reward_id = ${rewardId} and state = 'AVAILABLE' and code = any(${codes}::text[])`;

/** Removes so many codes that no order has, the newest first; answers how many there were. */
export const deleteNewestCodes = ({ tx }: Change, rewardId: bigint, most: number) =>
  tx.$executeRaw`
    delete from reward_code where id in (
      select id from reward_code where reward_id = ${rewardId} and state = 'AVAILABLE'
      order by id desc limit ${most})`;
