import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importCheckIn } from '../../src/checkin/import-check-in.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { createTestApp, createTestProgram, type TestApp } from '../support/app.ts';
import { enrol, readLedger, run } from '../support/commands.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { pays, setRule } from '../support/rules.ts';

const clock = new FakeClock('2026-06-06T08:00:00Z');
let test: TestApp;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ clock });
});
afterAll(async () => {
  expect(await findBreaches(test.app.pool)).toEqual([]);
  await test.close();
});

/** A program in Rome with the member `ada`, and a way to check her in. */
async function program() {
  const made = await createTestProgram(test.app, { zone: 'Europe/Rome' });
  const { service } = made.keys;
  await enrol(test, service, 'ada');
  const by = { member: { externalId: 'ada' } };
  const checkIn = (occurredAt?: string) => run(test, service, 'checkIn', { ...by, occurredAt });
  return { ...made, by, checkIn };
}

/** 23:58 and 00:01 in Rome. */
const beforeMidnight = '2026-06-10T21:58:00.000Z';
const behindMidnight = '2026-06-10T22:01:00.000Z';

describe('a device whose clock is fast, just before midnight', () => {
  it('checks in for today, not for tomorrow', async () => {
    const { checkIn } = await program();
    for (const day of ['06', '07', '08', '09']) {
      clock.set(`2026-06-${day}T08:00:00Z`);
      await checkIn();
    }
    clock.set(beforeMidnight);
    const today = await checkIn(behindMidnight);
    const streakDay = 5;
    expect(today.checkIn).toMatchObject({ localDate: '2026-06-10', streakDay });
    expect(today.checkIn.occurredAt).toBe(beforeMidnight);
    expect(today.member.streak).toMatchObject({ current: 5, state: 'ACTIVE' });
    expect((await checkIn('2026-06-10T22:02:59Z')).alreadyCheckedIn).toBe(true);
    clock.set(behindMidnight);
    expect((await checkIn()).checkIn).toMatchObject({ localDate: '2026-06-11', streakDay: 6 });
  });

  it('neither imports nor records activities for tomorrow', async () => {
    const { id, keys, by } = await program();
    clock.set(beforeMidnight);
    const viewer = { kind: 'system', programId: id, name: 'import' } as const;
    const { outcome } = await test.app.engine.run(importCheckIn, viewer, {
      externalId: 'ada',
      occurredAt: new Date(behindMidnight),
    });
    expect(outcome.localDate).toBe('2026-06-10');
    await setRule(test, { id }, 'walk', pays('walk', 3));
    const walk = { ...by, type: 'walk', occurredAt: behindMidnight };
    await run(test, keys.service, 'recordActivity', walk);
    const now = { localDate: '2026-06-10', occurredAt: beforeMidnight };
    expect(await readLedger(test, keys.service, 'ada')).toMatchObject([now, now]);
  });
});
