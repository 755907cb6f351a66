/** Badges by hand: revoked and awarded by operators, with a reason; and who may see them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { createTestProgram, runJob } from '../support/app.ts';
import { run } from '../support/commands.ts';
import { overSse } from '../support/live.ts';
import { bePatient } from '../support/patience.ts';
import { badge, badgesOf, badgesPass, change, send, setBadge, shown } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
let server: RunningServer;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
  server = await startServer(economies.test.app);
});
afterAll(async () => {
  await server.close();
  await economies.close();
});
beforeEach(async () => {
  eco = await economies.open();
  await eco.enrol('ada');
  await setBadge(eco, 'first', badge({ checkIns: { total: 1 } }));
});

const now = () => eco.clock.now().toISOString();
const ofAda = { member: { externalId: 'ada' }, badge: 'first' };
const revoke = (more: object = {}) =>
  change(eco, 'revokeBadge', { ...ofAda, reason: 'By mistake', ...more });
const award = (more: object = {}) =>
  change(eco, 'awardBadge', { ...ofAda, reason: 'Welcome', ...more });
async function audits() {
  const { data } = await eco.test.ask(
    eco.program.keys.operator,
    '{ audit(kind: BADGE, key: "first", first: 10) { edges { node { action target after actor { kind } } } } }',
  );
  return data.audit.edges
    .map(({ node }: { node: { action: string } }) => node)
    .filter(({ action }: { action: string }) => action.endsWith('Badge'));
}

describe('revokeBadge', () => {
  it('takes a badge back for a reason that the member sees, and for good', async () => {
    await eco.done('checkIn', 'ada');
    const earnedAt = now();
    await badgesPass(eco.test.app);
    eco.clock.advance(HOUR);
    const revoked = { earnedAt, revokedAt: now(), reason: 'By mistake' };
    expect(await revoke()).toMatchObject({
      ...{ replayed: false, member: { externalId: 'ada' }, badge: { badge: { key: 'first' } } },
    });
    const mine = '{ me { badges { reason revokedAt } } }';
    const { data } = await eco.test.ask(await eco.program.token('ada'), mine);
    expect(data.me.badges).toEqual([{ reason: 'By mistake', revokedAt: revoked.revokedAt }]);
    eco.clock.advance(DAY);
    await eco.done('checkIn', 'ada');
    await runJob(eco.test.app, 'awardBadges');
    expect((await badgesOf(eco, 'ada')).first).toMatchObject({ ...revoked, progress: 1 });
  });

  it('changes nothing the second time, and leaves one audit row', async () => {
    await eco.done('checkIn', 'ada');
    await badgesPass(eco.test.app);
    const { badge: first } = await revoke();
    eco.clock.advance(DAY);
    expect((await revoke({ reason: 'Another' })).badge).toEqual(first);
    const actor = { kind: 'KEY' };
    expect(await audits()).toEqual([
      {
        ...{ action: 'revokeBadge', target: 'badge:first', actor },
        after: { memberId: expect.any(Number), state: 'REVOKED', reason: 'By mistake' },
      },
    ]);
  });

  it('refuses members, badges and awards that there are not', async () => {
    expect((await revoke()).code).toBe('BADGE_NOT_EARNED');
    expect((await revoke({ badge: 'none' })).code).toBe('BADGE_NOT_FOUND');
    const member = { externalId: 'nobody' };
    expect((await revoke({ member })).code).toBe('MEMBER_NOT_FOUND');
    expect((await award({ member })).code).toBe('MEMBER_NOT_FOUND');
    expect(await audits()).toEqual([]);
  });

  it('is about a badge that is in force no more, too', async () => {
    await eco.done('checkIn', 'ada');
    await badgesPass(eco.test.app);
    const { operator } = eco.program.keys;
    await run(eco.test, operator, 'retireRule', { kind: 'BADGE', key: 'first' });
    eco.clock.advance(2_000);
    expect((await revoke()).badge).toMatchObject({ reason: 'By mistake' });
    expect(await award()).toMatchObject({ code: 'BADGE_NOT_FOUND', message: /not in force/ });
  });
});

describe('awardBadge', () => {
  it('awards a badge by hand, whatever it takes', async () => {
    expect((await award()).badge).toMatchObject({
      ...{ progress: 1, target: 1, earnedAt: now(), revokedAt: null, reason: 'Welcome' },
    });
    await eco.done('checkIn', 'ada');
    expect((await badgesOf(eco, 'ada')).first.reason).toBe('Welcome');
    expect((await audits())[0]).toMatchObject({
      action: 'awardBadge',
      after: { state: 'AWARDED' },
    });
  });

  it('gives back what was revoked, and leaves who has it alone', async () => {
    await eco.done('checkIn', 'ada');
    const earnedAt = now();
    await badgesPass(eco.test.app);
    await revoke();
    eco.clock.advance(DAY);
    const back = { earnedAt, revokedAt: null, reason: 'Sorry' };
    expect((await award({ reason: 'Sorry' })).badge).toMatchObject(back);
    expect((await award({ reason: 'Again' })).badge).toMatchObject(back);
    expect(await audits()).toHaveLength(2);
  });

  it('is done once for each idempotency key', async () => {
    const key = { idempotencyKey: 'k' };
    expect((await award(key)).replayed).toBe(false);
    await revoke(key); // Keys count for each command.
    expect(await award(key)).toMatchObject({ replayed: true, badge: { reason: 'By mistake' } });
    const { errors } = await send(eco, 'awardBadge', { ...ofAda, ...key, reason: 'Other' });
    expect(errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('at the moment at which it is earned leaves one award', async () => {
    for (const name of ['ada', 'bob', 'cal', 'dan']) {
      if (name !== 'ada') await eco.enrol(name);
      const member = { externalId: name };
      const all = [eco.done('checkIn', name), ...[1, 2, 3].map(() => award({ member }))];
      await Promise.all(all);
      expect(await shown(eco, name)).toEqual(['first 1/1*']);
    }
  });
});

describe('who may see badges', () => {
  const query = '{ badges { key title } }';

  it('everybody of the program sees those in force; members those that are for them', async () => {
    const audience = { tags: ['vip'] };
    await setBadge(eco, 'vips', badge({ checkIns: { total: 1 } }, { audience }));
    await setBadge(eco, 'over', badge({ checkIns: { total: 1 } }, { lastDate: '2026-03-09' }));
    await eco.enrol('vip', { tags: ['vip'] });
    const keysFor = async (credential: string) =>
      (await eco.test.ask(credential, query)).data.badges.map(({ key }: { key: string }) => key);
    const { operator, service, screen } = eco.program.keys;
    for (const key of [operator, service, screen]) {
      expect(await keysFor(key)).toEqual(['first', 'vips', 'over']);
    }
    expect(await keysFor(await eco.program.token('ada'))).toEqual(['first']);
    expect(await keysFor(await eco.program.token('vip'))).toEqual(['first', 'vips']);
    expect(await keysFor(await eco.program.token('nobody'))).toEqual([]);
    const other = await createTestProgram(eco.test.app);
    expect(await keysFor(other.keys.operator)).toEqual([]);
    await eco.done('checkIn', 'ada');
    await badgesPass(eco.test.app);
    const by = { externalId: 'ada' };
    const foreign = await eco.test.ask(
      other.keys.operator,
      `mutation ($by: MemberBy!) { revokeBadge(input: {member: $by, badge: "first", reason: "x"}) {
         ... on Refusal { code } } }`,
      { by },
    );
    expect(foreign.data.revokeBadge.code).toBe('MEMBER_NOT_FOUND');
  });

  it('shows what a member has, has not, or waits for', async () => {
    await setBadge(eco, 'second', badge({ checkIns: { total: 2 } }));
    const { position } = (await run(eco.test, eco.program.keys.operator, 'checkIn', {
      member: { externalId: 'ada' },
    })) as { position: number };
    const keys = async (args: string) => {
      const { badges } = await eco.read('ada', `badges${args} { badge { key } }`);
      return badges.map((one: { badge: { key: string } }) => one.badge.key);
    };
    expect(await keys(`(earned: true, after: ${position})`)).toEqual(['first']);
    expect(await keys('(earned: false)')).toEqual(['second']);
    await revoke();
    expect(await keys('(earned: false)')).toEqual(['first', 'second']);
    expect(await keys('(earned: true)')).toEqual([]);
  });
});

describe('memberChanged', () => {
  it('tells of a badge that is earned, revoked and given back', async () => {
    const query =
      'subscription { memberChanged { version member { badges(earned: true) { badge { key } } } } }';
    const follower = await overSse(server.url, await eco.program.token('ada'), query);
    const last = () => follower.events.at(-1).memberChanged;
    const count = () => last().member.badges.length;
    const soon = { timeout: 10_000 };
    expect(count()).toBe(0);
    await eco.done('checkIn', 'ada');
    await expect.poll(count, soon).toBe(1);
    await revoke();
    await expect.poll(count, soon).toBe(0);
    await award();
    await expect.poll(count, soon).toBe(1);
    const versions = follower.events.map(({ memberChanged: { version } }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    follower.stop();
  });
});

describe('an erased member', () => {
  it('keeps badges, and nobody finds out what operators told', async () => {
    await award({ reason: 'Ada is great' });
    await eco.done('eraseMember', 'ada');
    await runJob(eco.test.app, 'eraseMembers');
    const { rows } = await eco.test.app.pool.query(
      `select reason from badge_award where program_id = $1
       union all select after->>'reason' from audit_entry
       where program_id = $1 and action = 'awardBadge'`,
      [eco.program.id],
    );
    expect(rows).toEqual([{ reason: 'erased' }, { reason: null }]);
  });
});
