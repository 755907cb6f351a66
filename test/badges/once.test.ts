/** Badges are awarded once, whatever is read again, and by however many nodes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { badgesConsumer } from '../../src/badges/badges-consumer.ts';
import { inTransaction } from '../../src/platform/db.ts';
import { ProgramConfigs } from '../../src/programs/config.ts';
import { type LoggedEvent, readEvents } from '../../src/projections/event-log.ts';
import { DAY, type Economy, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';
import { badge, badgesPass, setBadge } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
});

/** All that badges keep of a program. */
async function kept(): Promise<unknown[]> {
  await badgesPass(eco.test.app);
  const { rows } = await eco.test.app.pool.query(
    `select member_id, rule_id, awarded_at, source, revision, (select count(*) from badge_fact f
       where f.member_id = a.member_id) as facts
     from badge_award a join badge_revision using (member_id) where program_id = $1
     order by member_id, rule_id`,
    [eco.program.id],
  );
  return rows;
}

async function someHistory(names: readonly string[]): Promise<void> {
  await setBadge(eco, 'first', badge({ checkIns: { total: 1 } }));
  await setBadge(eco, 'run', badge({ streak: { days: 2 } }));
  await setBadge(eco, 'sharer', badge({ activities: { type: 'share', count: 2 } }));
  for (const name of names) await eco.enrol(name);
  for (let day = 0; day < 2; day += 1) {
    await Promise.all(names.flatMap((name) => [eco.done('checkIn', name), eco.act(name, 'share')]));
    eco.clock.advance(DAY);
  }
}

describe('awards', () => {
  it('come out the same when the whole log is read again', async () => {
    await someHistory(['ada', 'bob']);
    const before = await kept();
    expect(before).toHaveLength(6);
    await eco.test.app.pool.query(
      `update cursor set txid = '0', position = 0 where consumer = 'badges'`,
    );
    expect(await kept()).toEqual(before);
  });

  it('are there once when the reader was cut off within a transaction', async () => {
    await someHistory(['ada']);
    const before = await kept();
    const { pool, clock } = eco.test.app;
    const { rows } = await pool.query<{ position: number }>(
      `select min(position) - 1 as position from event where program_id = $1`,
      [eco.program.id],
    );
    const consumer = badgesConsumer(new ProgramConfigs(), clock);
    await eco.enrol('cut');
    await expect(
      inTransaction(pool, async (client) => {
        const after = { txid: '0', position: rows[0]?.position ?? 0 };
        const events: LoggedEvent[] = await readEvents(client, after);
        await consumer.apply(client, events);
        throw new Error('cut off');
      }),
    ).rejects.toThrow('cut off');
    expect(await kept()).toEqual(before);
  });

  it('are made once by two nodes', async () => {
    const second = await openSecondApp(eco.test);
    try {
      await someHistory(['ada', 'bob', 'cal']);
      await Promise.all([badgesPass(eco.test.app), badgesPass(second.app)]);
    } finally {
      await second.close();
    }
    expect(await kept()).toHaveLength(9);
  });

  it('cost a program without badges nothing: its events are passed over', async () => {
    await eco.enrol('ada');
    await eco.done('checkIn', 'ada');
    await badgesPass(eco.test.app);
    expect(await kept()).toEqual([]);
  });
});

describe('the database', () => {
  it('keeps awards as they are: they may be revoked, and no more', async () => {
    await someHistory(['ada']);
    await kept();
    const { pool } = eco.test.app;
    const of = `where program_id = ${eco.program.id}`;
    for (const statement of [
      `delete from badge_award ${of}`,
      `update badge_award set awarded_at = awarded_at - interval '1 day' ${of}`,
      `update badge_award set source = 'BY_HAND' ${of}`,
    ]) {
      await expect(pool.query(statement), statement).rejects.toThrow(/may be revoked/);
    }
    const noReason = `update badge_award set revoked_at = awarded_at ${of}`;
    await expect(pool.query(noReason)).rejects.toThrow(/badge_award_revoked/);
  });
});
