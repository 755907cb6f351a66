/** Badges through the public door: what earns them, and over which facts. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, type Economy, fixed, HOUR, openEconomies } from '../economy/api.ts';
import { run } from '../support/commands.ts';
import { bePatient } from '../support/patience.ts';
import { task } from '../tasks/support.ts';
import { badge, badgesOf, setBadge, shown, sources } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z'); // A Tuesday.
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.enrol('ada');
});

const now = () => eco.clock.now().toISOString();
const ago = (ms: number) => ({
  occurredAt: new Date(eco.clock.now().getTime() - ms).toISOString(),
});
/** Checks in so many days, one after the other; the clock ends a day after the last. */
async function days(externalId: string, count: number): Promise<void> {
  for (let day = 0; day < count; day += 1) {
    await eco.done('checkIn', externalId);
    eco.clock.advance(DAY);
  }
}

describe('a badge for check-ins', () => {
  it('is awarded once, with the fact that earned it', async () => {
    const more = { description: 'Be there', imageUrl: 'https://example.com/1.png' };
    await setBadge(eco, 'first', badge({ checkIns: { total: 1 } }, more));
    await setBadge(eco, 'third', badge({ checkIns: { total: 3 } }));
    expect(await shown(eco, 'ada')).toEqual(['first 0/1', 'third 0/3']);
    const firstAt = now();
    await days('ada', 2);
    expect(await badgesOf(eco, 'ada')).toEqual({
      first: {
        badge: { key: 'first', title: 'Badge', ...more, target: 1, lastDate: null },
        ...{ progress: 1, target: 1, earnedAt: firstAt, revokedAt: null, reason: null },
      },
      third: expect.objectContaining({ progress: 2, target: 3, earnedAt: null }),
    });
    await days('ada', 2);
    expect(await shown(eco, 'ada')).toEqual(['first 1/1*', 'third 3/3*']);
    expect(await sources(eco, 'ada')).toEqual(['CHECK_IN:2026-03-10', 'CHECK_IN:2026-03-12']);
  });

  it('counts late ones by their days', async () => {
    await setBadge(eco, 'two', badge({ checkIns: { total: 2 } }));
    await eco.done('checkIn', 'ada', ago(0));
    const last = now();
    await eco.done('checkIn', 'ada', ago(2 * DAY));
    expect((await badgesOf(eco, 'ada')).two.earnedAt).toBe(last);
  });

  it('counts from when it came into force, a new version going on', async () => {
    await days('ada', 3);
    const start = now();
    await setBadge(eco, 'two', badge({ checkIns: { total: 2 } }), start);
    await setBadge(eco, 'past', badge({ checkIns: { total: 4 } }, { countsPast: true }), start);
    await eco.done('checkIn', 'ada', ago(2 * HOUR)); // Before it.
    expect(await shown(eco, 'ada')).toEqual(['two 0/2', 'past 4/4*']);
    eco.clock.advance(DAY);
    await days('ada', 1);
    await setBadge(eco, 'two', badge({ checkIns: { total: 2 } }, { title: 'Twice' }), now());
    expect(await shown(eco, 'ada')).toEqual(['two 1/2', 'past 4/4*']);
    await days('ada', 1);
    expect((await badgesOf(eco, 'ada')).two).toMatchObject({ badge: { title: 'Twice' } });
    expect(await shown(eco, 'ada')).toEqual(['two 2/2*', 'past 4/4*']);
  });

  it('counts within its dates, and is listed until the last of them', async () => {
    const dates = { firstDate: '2026-03-11', lastDate: '2026-03-12' };
    await setBadge(eco, 'two', badge({ checkIns: { total: 2 } }, dates));
    await days('ada', 2);
    expect(await shown(eco, 'ada')).toEqual(['two 1/2']);
    eco.clock.advance(DAY);
    expect(await shown(eco, 'ada')).toEqual([]);
    await eco.done('checkIn', 'ada', ago(DAY)); // Late, of the last date.
    expect(await shown(eco, 'ada')).toEqual(['two 2/2*']);
  });

  it('is not earned by what happens after it was retired, and stays with who has it', async () => {
    await setBadge(eco, 'two', badge({ checkIns: { total: 2 } }), now());
    await eco.enrol('bob');
    await days('ada', 2);
    await eco.done('checkIn', 'bob', ago(DAY));
    const name = { kind: 'BADGE', key: 'two' };
    await run(eco.test, eco.program.keys.operator, 'retireRule', name);
    eco.clock.advance(DAY);
    await eco.done('checkIn', 'bob');
    await eco.done('checkIn', 'bob', ago(1.5 * DAY)); // Late, and within its time.
    expect(await shown(eco, 'ada')).toEqual(['two 2/2*']);
    expect(await shown(eco, 'bob')).toEqual(['two 2/2*']);
    await eco.enrol('cal');
    await eco.done('checkIn', 'cal');
    await eco.done('checkIn', 'cal', ago(1.5 * DAY));
    expect(await shown(eco, 'cal')).toEqual([]);
  });
});

describe('a badge for a streak', () => {
  it('takes days in a row', async () => {
    await setBadge(eco, 'three', badge({ streak: { days: 3 } }));
    await days('ada', 2);
    expect(await shown(eco, 'ada')).toEqual(['three 2/3']);
    eco.clock.advance(DAY);
    expect(await shown(eco, 'ada')).toEqual(['three 0/3']);
    await days('ada', 4);
    expect(await shown(eco, 'ada')).toEqual(['three 3/3*']);
    expect(await sources(eco, 'ada')).toEqual(['CHECK_IN:2026-03-15']);
  });

  it('is earned by a late day that joins two runs, with the day that reached it', async () => {
    await setBadge(eco, 'three', badge({ streak: { days: 3 } }));
    await days('ada', 1);
    eco.clock.advance(DAY);
    await eco.done('checkIn', 'ada');
    expect(await shown(eco, 'ada')).toEqual(['three 1/3']);
    await eco.done('checkIn', 'ada', ago(DAY));
    expect(await shown(eco, 'ada')).toEqual(['three 3/3*']);
    expect(await sources(eco, 'ada')).toEqual(['CHECK_IN:2026-03-12']);
  });

  it('counts a run from the start of the badge on', async () => {
    await days('ada', 3);
    await setBadge(eco, 'three', badge({ streak: { days: 3 } }), now());
    await days('ada', 2);
    expect(await shown(eco, 'ada')).toEqual(['three 2/3']);
    await days('ada', 1);
    expect(await shown(eco, 'ada')).toEqual(['three 3/3*']);
  });
});

describe('a badge for points', () => {
  it('takes points ever earned, spent or not, and is earned by the line that reached it', async () => {
    await eco.earning('purchase', fixed('purchase', 60));
    await setBadge(eco, 'hundred', badge({ points: { lifetime: 100 } }, { countsPast: true }));
    await eco.act('ada', 'purchase');
    await eco.done('adjustPoints', 'ada', { amount: 500, reason: 'gift' });
    expect(await shown(eco, 'ada')).toEqual(['hundred 60/100']);
    const rewardId = await eco.reward(50);
    await eco.done('redeemReward', 'ada', { rewardId });
    await eco.act('ada', 'purchase');
    expect(await shown(eco, 'ada')).toEqual(['hundred 100/100*']);
    expect(await sources(eco, 'ada')).toEqual(['ENTRY:4']);
  });

  it('stays when points are reversed', async () => {
    await eco.earning('purchase', fixed('purchase', 60));
    await setBadge(eco, 'fifty', badge({ points: { lifetime: 50 } }, { countsPast: true }));
    await eco.done('recordActivity', 'ada', { type: 'purchase', reference: 'a' });
    expect(await shown(eco, 'ada')).toEqual(['fifty 50/50*']);
    await eco.done('reverseActivity', 'ada', { type: 'purchase', reference: 'a' });
    expect(await shown(eco, 'ada')).toEqual(['fifty 50/50*']);
  });
});

describe('a badge for activities', () => {
  it('counts those of its type, each once, and takes off what is returned', async () => {
    await setBadge(eco, 'sharer', badge({ activities: { type: 'share', count: 2 } }));
    for (const reference of ['a', 'a', 'b']) {
      if (reference === 'b')
        await eco.done('reverseActivity', 'ada', { type: 'share', reference: 'a' });
      await eco.done('recordActivity', 'ada', { type: 'share', reference });
      await eco.act('ada', 'purchase');
      expect(await shown(eco, 'ada')).toEqual(['sharer 1/2']);
    }
    const last = now();
    await eco.done('recordActivity', 'ada', { type: 'share', reference: 'c' });
    expect((await badgesOf(eco, 'ada')).sharer.earnedAt).toBe(last);
    await eco.done('reverseActivity', 'ada', { type: 'share', reference: 'b' });
    expect(await shown(eco, 'ada')).toEqual(['sharer 2/2*']);
  });

  it('of which some items came back, counts it still', async () => {
    await setBadge(eco, 'sharer', badge({ activities: { type: 'share', count: 2 } }));
    await eco.done('recordActivity', 'ada', { type: 'share', reference: 'a', units: 3 });
    await eco.done('reverseActivity', 'ada', { type: 'share', reference: 'a', units: 2 });
    expect(await shown(eco, 'ada')).toEqual(['sharer 1/2']);
    await eco.done('reverseActivity', 'ada', { type: 'share', reference: 'a', units: 1 });
    expect(await shown(eco, 'ada')).toEqual(['sharer 0/2']);
  });
});

describe('a badge for a task', () => {
  it('counts its paid completions', async () => {
    await eco.task('daily', task({ period: { every: 'DAILY' }, target: { count: 1 } }));
    await setBadge(eco, 'twice', badge({ task: { key: 'daily', completions: 2 } }));
    await eco.act('ada', 'share');
    await eco.act('ada', 'share');
    expect(await shown(eco, 'ada')).toEqual(['twice 1/2']);
    eco.clock.advance(DAY);
    await eco.act('ada', 'share');
    expect(await shown(eco, 'ada')).toEqual(['twice 2/2*']);
  });

  it('that is claimed by hand counts once it is claimed', async () => {
    await eco.task('once', task({ target: { count: 1 }, points: 0, claim: 'BY_HAND' }));
    await setBadge(eco, 'once', badge({ task: { key: 'once' } }));
    await eco.act('ada', 'share');
    expect(await shown(eco, 'ada')).toEqual(['once 0/1']);
    await eco.done('claimTask', 'ada', { key: 'once' });
    expect(await shown(eco, 'ada')).toEqual(['once 1/1*']);
  });
});

describe('an audience', () => {
  it('sees a badge and earns it, as of when a fact is counted; others do neither', async () => {
    await eco.enrol('vip', { tags: ['vip'] });
    const audience = { tags: ['vip'] };
    await setBadge(eco, 'vips', badge({ checkIns: { total: 1 } }, { audience }));
    await eco.done('checkIn', 'ada');
    await eco.done('checkIn', 'vip');
    expect(await shown(eco, 'ada')).toEqual([]);
    expect(await shown(eco, 'vip')).toEqual(['vips 1/1*']);
    await eco.done('updateMember', 'ada', { tags: ['vip'] });
    await eco.done('updateMember', 'vip', { tags: [] });
    expect(await shown(eco, 'vip')).toEqual(['vips 1/1*']);
    eco.clock.advance(DAY);
    await eco.done('checkIn', 'ada');
    expect(await shown(eco, 'ada')).toEqual(['vips 1/1*']);
  });
});
