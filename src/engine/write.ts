/** How a batch's changes become one statement, with a multi-row clause for each table. */

import { insertChallenges, updateChallenges } from './challenge-tables.ts';
import type { Changes } from './changes.ts';
import { insertOrders, updateOrders } from './order-tables.ts';
import { insert, update } from './tables.ts';
import type { Writer } from './writer.ts';

/** A statement with its values, ready to be sent. */
export type WriteStatement = {
  readonly name: string;
  readonly text: string;
  readonly values: readonly string[];
};

/** Statements by name: one for each set of tables that batches write together. */
const texts = new Map<string, string>();

/**
 * One statement that writes all tables of a batch. A row that cannot be put into words throws
 * here, before anything is sent.
 */
export function writeStatement(changes: Changes): WriteStatement {
  const { inserts } = changes;
  const values: string[] = [];
  const parts: (readonly [Writer<never>, number])[] = [];
  let table = 1;
  let tables = 0;
  const add = <Row>(writer: Writer<Row>, rows: readonly Row[]) => {
    const bit = table;
    table *= 2;
    if (rows.length === 0) return;
    tables += bit;
    parts.push([writer, values.length + 1]);
    for (const encode of writer.encoders) values.push(encode(rows));
  };
  add(insert.members, inserts.members);
  add(insert.accounts, inserts.members);
  add(update.accounts, changes.updated('members'));
  add(insert.entries, inserts.entries);
  add(insert.lots, inserts.lots);
  add(update.lots, changes.updated('lots'));
  add(insert.allocations, inserts.allocations);
  add(insert.checkIns, inserts.checkIns);
  add(insert.activities, inserts.activities);
  add(insertOrders.redemptions, inserts.redemptions);
  add(insertOrders.changes, inserts.redemptionChanges);
  add(updateOrders.redemptions, changes.updated('redemptions'));
  add(updateOrders.rewards, changes.updated('rewards'));
  add(updateOrders.codes, changes.updated('codes'));
  add(insert.holds, inserts.holds);
  add(update.holds, changes.updated('holds'));
  add(insert.holdLots, inserts.holdLots);
  add(insert.tierChanges, inserts.tierChanges);
  add(insert.adjustments, inserts.adjustments);
  add(update.adjustments, changes.updated('adjustments'));
  add(insert.audits, inserts.audits);
  add(insert.notices, inserts.notices);
  add(insert.erasures, inserts.erasures);
  add(insert.settlements, inserts.settlements);
  add(update.settlements, changes.updated('settlements'));
  add(updateChallenges.challenges, changes.updated('challenges'));
  add(insertChallenges.teams, inserts.teams);
  add(updateChallenges.teams, changes.updated('teams'));
  add(insertChallenges.participants, inserts.participants);
  add(updateChallenges.participants, changes.updated('participants'));
  add(insertChallenges.attempts, inserts.attempts);
  add(update.profiles, changes.updated('profiles'));
  add(update.budgets, changes.updated('budgets'));
  add(update.activities, changes.updated('activities'));
  add(insert.events, inserts.events);
  add(insert.receipts, inserts.receipts);
  add(update.payouts, changes.updated('payouts'));
  // A bit a table: two sets never share a name, and PostgreSQL cuts names off at 63 bytes.
  const name = `engine.write:${tables.toString(36)}`;
  let text = texts.get(name);
  if (text === undefined) {
    const clauses = parts.map(([writer, first], at) => `w${at} as (${writer.text(first)})`);
    text = `with ${clauses.join(',\n')} select`;
    texts.set(name, text);
  }
  return { name, text, values };
}

/** Waits for all; throws the first failure only when none is left running. */
export async function settled(sent: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(sent);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
