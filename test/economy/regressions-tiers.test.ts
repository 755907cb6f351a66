/** What was once wrong with tiers, confirmations and returns: each of these failed at first. */
import { describe, expect, it } from 'vitest';
import { checkIn } from '../../src/checkin/check-in.ts';
import { confirmPoints } from '../../src/points/confirm-points.ts';
import { reverseActivity, reverseEntry } from '../../src/points/reverse-points.ts';
import { runJob } from '../support/app.ts';
import { pays, setRule } from '../support/rules.ts';
import { useEconomy } from './mended.ts';
import { verified } from './support.ts';

const HOUR = 3_600_000;
const eco = useEconomy();
const { clock, viewer, fresh, member, act, accountOf } = eco;

async function progressOf(ref: { externalId: string }) {
  const query = `query ($by: MemberBy!) { member(by: $by) {
    tierProgress { evaluatesAt pointsToStay projectedTier { key } } } }`;
  const by = { externalId: ref.externalId };
  return (await eco.test.ask(eco.program.keys.service, query, { by })).data.member.tierProgress;
}

describe('mended', () => {
  it('S46: a correction that reaches a tier raises it at once', async () => {
    await fresh();
    const levels = [
      { key: 'basic', name: 'Basic', threshold: 0 },
      { key: 'gold', name: 'Gold', threshold: 25 },
    ];
    await setRule(
      eco.test,
      eco.program,
      'default',
      { basis: 'LIFETIME', levels },
      { kind: 'TIERS' },
    );
    const who = await member();
    await eco.test.app.engine.run(checkIn, viewer(), { member: who });
    const occurredAt = new Date(clock.now().getTime() - 24 * HOUR);
    await eco.test.app.engine.run(checkIn, viewer(), { member: who, occurredAt });
    expect(await accountOf(who)).toMatchObject({ lifetime_earned: 25, tier_key: 'gold' });
  });

  it('verify is clean after points were confirmed', async () => {
    await fresh();
    const activation = { mode: 'ON_CONFIRMATION' };
    await setRule(eco.test, eco.program, 'buy', { ...pays('buy', 5), activation });
    const who = await member();
    const reference = `${who.externalId}-1`;
    await act(who, 'buy', reference);
    clock.advance(HOUR);
    await eco.test.app.engine.run(confirmPoints, viewer(), { member: who, type: 'buy', reference });
    const differences = await verified(eco.test);
    expect(differences.filter((one) => one.program === eco.program.key)).toEqual([]);
  });

  it('S36: a purchase whose lines were all reversed is not reversed again', async () => {
    await fresh();
    await setRule(eco.test, eco.program, 'buy', pays('buy', 5));
    const who = await member();
    const reference = `${who.externalId}-1`;
    await act(who, 'buy', reference);
    await eco.test.app.engine.run(reverseEntry, viewer(), { member: who, seq: 1 });
    await expect(
      eco.test.app.engine.run(reverseActivity, viewer(), { member: who, type: 'buy', reference }),
    ).rejects.toMatchObject({ code: 'ALREADY_REVERSED' });
  });

  it('S48: points that become active before the evaluation are part of the projection', async () => {
    await fresh();
    await setRule(eco.test, eco.program, 'later', pays('later', 100, { pendingDays: 3 }));
    const levels = [
      { key: 'basic', name: 'Basic', threshold: 0 },
      { key: 'gold', name: 'Gold', threshold: 100 },
    ];
    const tiers = { basis: 'LIFETIME', levels, countPending: false, evaluation: 'MONTHLY' };
    await setRule(eco.test, eco.program, 'default', tiers, { kind: 'TIERS' });
    clock.advance(2_000);
    const who = await member();
    await act(who, 'later', `${who.externalId}-1`);
    const told = await progressOf(who);
    clock.set(told.evaluatesAt);
    await runJob(eco.test.app, 'evaluateTiers');
    expect((await accountOf(who)).tier_key ?? 'basic').toBe(told.projectedTier.key);
  });

  it('S48: a projection counts an evaluation that is due and was not held yet', async () => {
    await fresh();
    await setRule(eco.test, eco.program, 'buy', pays('buy', 300));
    const levels = [
      { key: 'basic', name: 'Basic', threshold: 0 },
      { key: 'silver', name: 'Silver', threshold: 100 },
      { key: 'gold', name: 'Gold', threshold: 300 },
    ];
    const tiers = { basis: 'CALENDAR_YEAR', levels, downgrade: 'ONE_DOWN' };
    await setRule(eco.test, eco.program, 'default', tiers, { kind: 'TIERS' });
    const who = await member();
    await act(who, 'buy', `${who.externalId}-1`);
    clock.set('2028-01-10T12:00:00Z'); // The job has not run since the new year.
    const told = await progressOf(who);
    await runJob(eco.test.app, 'evaluateTiers');
    clock.set(told.evaluatesAt);
    await runJob(eco.test.app, 'evaluateTiers');
    expect((await accountOf(who)).tier_key).toBe(told.projectedTier.key);
  });
});
