/** A database in which everything has happened, to be tampered with and put right again. */
import { recordActivity } from '../../src/activities/record-activity.ts';
import type { App } from '../../src/app.ts';
import { importCheckIn } from '../../src/checkin/import-check-in.ts';
import { adjustPoints } from '../../src/points/adjust-points.ts';
import { cancelRedemption } from '../../src/redemptions/cancel-redemption.ts';
import { redeemReward } from '../../src/redemptions/redeem-reward.ts';
import { useRewardCode } from '../../src/redemptions/use-reward-code.ts';
import { createReward } from '../../src/rewards/create-reward.ts';
import { makeReward } from '../redemptions/support.ts';
import { createTestApp, createTestProgram } from '../support/app.ts';
import { pays, setRule } from '../support/rules.ts';
import { sql, verifyWithin } from './support.ts';

export type Tamperable = {
  readonly app: App;
  readonly url: string;
  readonly program: { readonly id: number; readonly key: string };
  /** Changes rows as somebody may who owns the database. */
  tamper(...statements: string[]): Promise<unknown>;
  /** Undoes all of it. */
  restore(): Promise<unknown>;
  close(): Promise<void>;
};

/** The id of a member, as SQL. */
export const ann = "(select id from member where external_id = 'ann')";
export const bob = "(select id from member where external_id = 'bob')";
export const dan = "(select id from member where external_id = 'dan')";
export const cid = "(select id from member where external_id = 'cid')";

/** Those that others point at come first. */
const TABLES = [
  ...['reward', 'ledger_entry', 'lot', 'allocation', 'account', 'check_in', 'redemption'],
  ...['activity', 'standing', 'season', 'season_histogram', 'reward_code', 'redemption_change'],
];

/** A program in which everything has happened to `ann`, check-ins to all, more to `cid`, and orders to `dan`. */
async function seed(app: App, programId: number): Promise<void> {
  const viewer = { kind: 'system', programId, name: 'test' } as const;
  const at = (day: number, hour = 8) => new Date(Date.UTC(2026, 2, day, hour));
  for (const externalId of ['ann', 'bob', 'cid']) {
    for (const day of [1, 2, 3, 5, 6, 4]) {
      await app.engine.run(importCheckIn, viewer, { externalId, occurredAt: at(day) });
    }
  }
  await setRule({ app }, { id: programId }, 'walk', pays('walk', 7));
  const reward = await createReward(app, viewer, { title: 'Cap', price: 25 });
  const member = { externalId: 'ann' };
  await app.engine.run(recordActivity, viewer, { member, type: 'walk', reference: 'w:1' });
  await app.engine.run(adjustPoints, viewer, { member, amount: 50, reason: 'goodwill' });
  await app.engine.run(adjustPoints, viewer, { member, amount: -5, reason: 'mistake' });
  await app.engine.run(redeemReward, viewer, { member, rewardId: Number(reward.id), quantity: 2 });
  await seedOrders(app, programId);
  // Points that are pending for a while, and expire some day.
  const life = { pendingDays: 7, pointsDays: 3650 };
  await setRule({ app }, { id: programId }, 'run', pays('run', 9, life));
  const run = { member: { externalId: 'cid' }, type: 'run', reference: 'r:1' };
  await app.engine.run(recordActivity, viewer, run);
}

/** A coupon of four codes: `dan` has used one, given one back, and two are left of it. */
async function seedOrders(app: App, programId: number): Promise<void> {
  const viewer = { kind: 'system', programId, name: 'test' } as const;
  const { rowId: rewardId } = await makeReward(
    { app },
    { id: programId },
    { kind: 'COUPON', price: 3, codes: ['a', 'b', 'c', 'd'] },
  );
  const member = { externalId: 'dan' };
  await app.engine.run(importCheckIn, viewer, {
    ...member,
    occurredAt: new Date('2026-03-01T08:00:00Z'),
  });
  const { outcome } = await app.engine.run(redeemReward, viewer, { member, rewardId, quantity: 3 });
  const { redemptionId } = outcome;
  const [code] = await app.db.rewardCode.findMany({ orderBy: { id: 'asc' } });
  const codeId = Number(code?.id);
  await app.engine.run(useRewardCode, viewer, { member, redemptionId, codeId });
  await app.engine.run(cancelRedemption, viewer, { member, redemptionId, rewardId, units: 1 });
}

/** Makes the database, and a copy of every table beside it. */
export async function createTamperable(): Promise<Tamperable> {
  const { app, databaseUrl: url, close } = await createTestApp();
  const program = await createTestProgram(app);
  await seed(app, program.id);
  const first = await verifyWithin(url); // It waits for the boards.
  if (!first.ok || first.report.members !== 4) throw new Error(first.problems.join());
  await sql(url, ...TABLES.map((name) => `create table saved_${name} as select * from ${name}`));
  const tamper = (...statements: string[]) =>
    sql(
      url,
      ...TABLES.map((name) => `alter table ${name} disable trigger user`),
      ...statements,
      ...TABLES.map((name) => `alter table ${name} enable trigger user`),
    );
  const restore = () =>
    tamper(
      ...TABLES.toReversed().map((name) => `delete from ${name}`),
      ...TABLES.map((name) => `insert into ${name} select * from saved_${name}`),
    );
  return { app, url, program, tamper, restore, close };
}
