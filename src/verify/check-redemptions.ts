/** Orders against the lines that paid and refunded them, their histories and their codes. */

import { groupBy } from '../platform/lists.ts';
import { mayMove } from '../redemptions/states.ts';
import type { ProvedEntry } from './chain-proof.ts';
import { compare, type Finding } from './difference.ts';
import type {
  MemberRows,
  VerifiedChange,
  VerifiedCode,
  VerifiedRedemption,
} from './member-rows.ts';

export function* checkRedemptions(rows: MemberRows): Generator<Finding> {
  const lines = rows.chain.entries.filter(({ sourceType }) => sourceType === 'REDEMPTION');
  const spent = new Map(lines.filter(isPrice).map((entry) => [entry.sourceId, entry]));
  const refunds = groupBy(
    lines.filter((entry) => !isPrice(entry)),
    ({ sourceId }) => sourceId,
  );
  const changes = groupBy(rows.changes, ({ redemptionId }) => redemptionId);
  const codes = groupBy(rows.codes, ({ redemptionId }) => redemptionId);
  for (const order of rows.redemptions) {
    const { id, points, entrySeq, quantity, cancelledUnits } = order;
    const name = `redemption ${id}`;
    const entry = spent.get(String(id));
    yield* compare(`${name}: points`, entry && -entry.amount, points, entry?.seq);
    yield* compare(`${name}: entry`, entry?.seq, entrySeq, entry?.seq);
    const back = refunds.get(String(id)) ?? [];
    const refunded = back.reduce((sum, { amount }) => sum + amount, 0);
    const expected = (points / quantity) * cancelledUnits;
    yield* compare(`${name}: points refunded`, expected, refunded, back.at(-1)?.seq);
    for (const { seq, explanation } of back) {
      yield* compare(`${name}: debit of refund ${seq}`, entrySeq, Number(explanation.of), seq);
    }
    yield* checkHistory(order, changes.get(id) ?? []);
    yield* checkCodes(order, changes.get(id) ?? [], codes.get(id) ?? []);
    spent.delete(String(id));
    refunds.delete(String(id));
  }
  for (const [id, { amount, seq }] of spent) {
    yield* compare(`redemption ${id}: points`, -amount, null, seq);
  }
  for (const [id, back] of refunds) {
    yield* compare(`redemption ${id}: points refunded`, null, back[0]?.amount, back[0]?.seq);
  }
}

const isPrice = ({ purpose }: ProvedEntry) => purpose === 'PRICE';

/** Its moves lead from one to the next, each allowed, to where it stands (S54). */
function* checkHistory(
  { id, kind, state, cancelledUnits }: VerifiedRedemption,
  changes: readonly VerifiedChange[],
): Generator<Finding> {
  const name = `redemption ${id}`;
  let at: VerifiedRedemption['state'] | null = null;
  let units = 0;
  for (const { position, fromState, toState, units: back } of changes) {
    yield* compare(`${name}: state before move ${position}`, at, fromState);
    const allowed = at === null || at === toState || mayMove(kind, at, toState);
    if (!allowed) yield* compare(`${name}: move ${position} from ${at}`, 'an allowed one', toState);
    at = toState;
    units += back;
  }
  yield* compare(`${name}: state`, at, state);
  yield* compare(`${name}: cancelled units`, units, cancelledUnits);
}

/** One code for each unit that was not given back before there were codes (S57). */
function* checkCodes(
  { id, kind, state, quantity, cancelledUnits, rewardId }: VerifiedRedemption,
  changes: readonly VerifiedChange[],
  codes: readonly VerifiedCode[],
): Generator<Finding> {
  const name = `redemption ${id}`;
  const wasIssued = changes.some(({ toState }) => toState === 'ISSUED');
  const early = changes
    .filter(({ fromState }) => fromState === 'RESERVED')
    .reduce((sum, { units }) => sum + units, 0);
  const expected = kind === 'COUPON' && wasIssued ? quantity - early : 0;
  yield* compare(`${name}: codes`, expected, codes.length);
  for (const code of codes) {
    yield* compare(`${name}: reward of code ${code.id}`, rewardId, code.rewardId);
  }
  if (expected === 0) return;
  const count = (wanted: VerifiedCode['state']) =>
    codes.filter((code) => code.state === wanted).length;
  yield* compare(`${name}: void codes`, cancelledUnits - early, count('VOID'));
  const open = state === 'USED' ? 0 : count('ASSIGNED');
  yield* compare(`${name}: codes that can be used`, open, count('ASSIGNED'));
  const usedUp = state === 'ISSUED' && count('ASSIGNED') === 0;
  if (usedUp) yield* compare(`${name}: state`, 'USED', state);
}
