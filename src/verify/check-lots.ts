import { compare, type Finding } from './difference.ts';
import type { MemberRows } from './member-rows.ts';
import type { AccountRow } from './verify.sql.ts';

/** Credits have lots, debits take from lots in full, and no lot gives more than it holds. */
export function* checkLots(
  { chain, lots, allocations, pinned }: MemberRows,
  account: AccountRow,
): Generator<Finding> {
  const allocatedTo = new Map<number, number>();
  const takenFrom = new Map<number, number>();
  for (const { debitSeq, lotSeq, amount } of allocations) {
    add(allocatedTo, debitSeq, amount);
    add(takenFrom, lotSeq, amount);
  }
  const lotOf = new Map(lots.map((lot) => [lot.seq, lot]));
  let debt = 0;
  const reversed = new Map<number, number>();
  for (const { seq, amount, kind, explanation } of chain.entries) {
    if (kind === 'REVERSAL') add(reversed, Number(explanation.of), Number(explanation.reversed));
    // A refund makes a lot of what had expired, and gives the rest back to others.
    const refunded = kind === 'REFUND';
    const made = refunded ? Number(explanation.renewed ?? 0) : Math.max(0, amount);
    const lot = lotOf.get(seq);
    if (made > 0 || lot !== undefined) {
      yield* compare(`lot ${seq}: amount`, made || null, lot?.amount, seq);
    }
    const debited = refunded ? made - amount : Math.max(0, -amount);
    const allocated = allocatedTo.get(seq) ?? 0;
    // Only a reversal may leave a debt, and no more than it says.
    const owed = kind === 'REVERSAL' ? debited - allocated : 0;
    const mayOwe = owed >= 0 && owed <= Number(explanation.debt ?? 0);
    if (mayOwe) debt += owed;
    const expected = mayOwe ? debited - owed : debited;
    yield* compare(`entry ${seq}: points allocated`, expected, allocated, seq);
  }
  yield* compare('debt', debt, account.debt);
  const ofSign = (sign: number) =>
    new Set(chain.entries.filter(({ amount }) => amount * sign > 0).map(({ seq }) => seq));
  const credits = ofSign(1);
  const pinnedOf = new Map<number, number>();
  for (const { lotSeq, amount } of pinned) add(pinnedOf, lotSeq, amount);
  yield* compare('held', sumOf(pinned), account.held);
  for (const { seq, amount, remaining, held, reversed: back } of lots) {
    yield* compare(`lot ${seq}: held`, pinnedOf.get(seq) ?? 0, held);
    yield* compare(`lot ${seq}: reversed`, reversed.get(seq) ?? 0, back);
    if (!credits.has(seq)) yield* compare(`lot ${seq}: entry`, 'a credit', null);
    yield* compare(`lot ${seq}: remaining`, amount - (takenFrom.get(seq) ?? 0), remaining);
  }
  const debits = ofSign(-1);
  for (const { debitSeq, lotSeq, amount } of allocations) {
    const name = `allocation of entry ${debitSeq} from lot ${lotSeq}`;
    const known = amount > 0 ? debits : credits;
    if (!known.has(debitSeq)) yield* compare(`${name}: entry`, 'a debit', null);
    if (!lotOf.has(lotSeq)) yield* compare(`${name}: lot`, 'one of the member', null);
  }
}

/** Refunds give back to lots what their debit took from them, and no more (S35). */
export function* checkRefunds({ chain, allocations }: MemberRows): Generator<Finding> {
  const debitOf = new Map<number, number>();
  for (const { kind, seq, explanation } of chain.entries) {
    if (kind === 'REFUND') debitOf.set(seq, Number(explanation.of));
  }
  const taken = new Map<string, number>();
  for (const { debitSeq, lotSeq, amount } of allocations) {
    add(taken, `${debitOf.get(debitSeq) ?? debitSeq}/${lotSeq}`, amount);
  }
  for (const [key, points] of taken) {
    const [debit, lot] = key.split('/');
    const name = `lot ${lot}: points that entry ${debit} took`;
    if (points < 0) yield* compare(name, '0 or more', points, Number(debit));
  }
}

const sumOf = (rows: readonly { readonly amount: number }[]) =>
  rows.reduce((sum, { amount }) => sum + amount, 0);

function add<Key>(sums: Map<Key, number>, key: Key, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}
