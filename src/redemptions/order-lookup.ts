/** Whose an order or a code is: commands name the rows they lock before they hold them. */
import type { KnownViewer } from '../auth/viewer.ts';
import { shortText } from '../engine/inputs.ts';
import type { Pool } from '../platform/db.ts';
import { InputError } from '../platform/refusal.ts';
import { CodeNotFound, CodeNotUsable, RedemptionNotFound } from './redemptions.refusals.ts';
import { findCode, findOrder } from './redemptions.sql.ts';

/** An order of the caller's program, of a member token its own; RedemptionNotFound otherwise. */
export async function orderNamed(pool: Pool, viewer: KnownViewer, redemptionId: number) {
  const externalId = viewer.kind === 'member' ? viewer.externalId : null;
  const found = await findOrder(pool, viewer.programId, redemptionId, externalId);
  if (found === undefined) throw new RedemptionNotFound();
  return { member: { id: found.memberId }, redemptionId, rewardId: found.rewardId };
}

/** A code that belongs to an order; CodeNotFound or CodeNotUsable otherwise. */
export async function codeNamed(pool: Pool, viewer: KnownViewer, rewardId: number, code: string) {
  const parsed = shortText.safeParse(code);
  if (!parsed.success) throw new InputError('code', parsed.error.issues[0]?.message ?? 'is wrong');
  const found = await findCode(pool, viewer.programId, rewardId, parsed.data);
  if (found === undefined) throw new CodeNotFound();
  const { memberId, redemptionId, codeId, state } = found;
  if (memberId === null || redemptionId === null) throw new CodeNotUsable(state);
  return { member: { id: memberId }, redemptionId, codeId };
}
