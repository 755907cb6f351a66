/** How a batch's changes become one statement, with a multi-row clause for each table. */
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
  let tables = '';
  const add = <Row>(letter: string, writer: Writer<Row>, rows: readonly Row[]) => {
    if (rows.length === 0) return;
    tables += letter;
    parts.push([writer, values.length + 1]);
    for (const encode of writer.encoders) values.push(encode(rows));
  };
  add('m', insert.members, inserts.members);
  add('a', insert.accounts, inserts.members);
  add('A', update.accounts, changes.updated('members'));
  add('e', insert.entries, inserts.entries);
  add('l', insert.lots, inserts.lots);
  add('L', update.lots, changes.updated('lots'));
  add('o', insert.allocations, inserts.allocations);
  add('c', insert.checkIns, inserts.checkIns);
  add('t', insert.activities, inserts.activities);
  add('r', insertOrders.redemptions, inserts.redemptions);
  add('s', insertOrders.changes, inserts.redemptionChanges);
  add('S', updateOrders.redemptions, changes.updated('redemptions'));
  add('R', updateOrders.rewards, changes.updated('rewards'));
  add('C', updateOrders.codes, changes.updated('codes'));
  add('h', insert.holds, inserts.holds);
  add('H', update.holds, changes.updated('holds'));
  add('p', insert.holdLots, inserts.holdLots);
  add('i', insert.tierChanges, inserts.tierChanges);
  add('j', insert.adjustments, inserts.adjustments);
  add('J', update.adjustments, changes.updated('adjustments'));
  add('u', insert.audits, inserts.audits);
  add('n', insert.notices, inserts.notices);
  add('g', insert.settlements, inserts.settlements);
  add('G', update.settlements, changes.updated('settlements'));
  add('M', update.profiles, changes.updated('profiles'));
  add('B', update.budgets, changes.updated('budgets'));
  add('T', update.activities, changes.updated('activities'));
  add('v', insert.events, inserts.events);
  add('k', insert.receipts, inserts.receipts);
  // A letter a table: PostgreSQL cuts names off at 63 bytes, and two would become one.
  const name = `engine.write:${tables}`;
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
