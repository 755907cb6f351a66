import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { enrol, readLedger, readMember, run, send } from '../support/commands.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';

const clock = new FakeClock('2026-06-05T08:00:00Z');
let first: TestApp;
let second: TestApp;
let program: TestProgram;
let members = 0;

beforeAll(async () => {
  bePatient();
  first = await createTestApp({ clock });
  second = await openSecondApp(first);
  program = await createTestProgram(first.app);
});
afterAll(async () => {
  expect(await findBreaches(first.app.pool)).toEqual([]);
  await second.close();
  await first.close();
});

const apps = (nodes: number) => (nodes === 1 ? [first] : [first, second]);
/** The app for the n-th call: they take turns. */
const appFor = (nodes: number, call: number) => apps(nodes)[call % nodes] as TestApp;
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));

async function newMember() {
  members += 1;
  const externalId = `member-${members}`;
  await enrol(first, program.keys.service, externalId);
  return externalId;
}

describe.each([1, 2])('on %i node(s)', (nodes) => {
  it('50 check-ins at once: one record, one award, one shape (S8)', async () => {
    const externalId = await newMember();
    const token = await program.token(externalId);
    const { service } = program.keys;
    const answers = await Promise.all(
      times(50, (call) =>
        // Names and tokens: the engine must see the same member behind both.
        call % 3 === 0
          ? run(appFor(nodes, call), token, 'checkIn', {})
          : run(appFor(nodes, call), service, 'checkIn', { member: { externalId } }),
      ),
    );
    expect(answers.filter((answer) => !answer.alreadyCheckedIn)).toHaveLength(1);
    expect(answers.flatMap((answer) => answer.awards)).toHaveLength(1);
    const [one] = answers;
    for (const answer of answers) {
      expect(answer.checkIn).toEqual(one.checkIn);
      expect(answer.position).toBe(one.position);
      expect(answer.member.points.available).toBe(10);
      expect(Object.keys(answer)).toEqual(Object.keys(one));
    }
    expect(await readLedger(first, service, externalId)).toHaveLength(1);
    const { rows } = await first.app.pool.query(
      `select (select count(*) from check_in c where c.member_id = m.id) as records,
              (select count(*) from event e where e.member_id = m.id and type = 'checkIn.recorded') as events
       from member m where external_id = $1`,
      [externalId],
    );
    expect(rows).toEqual([{ records: 1, events: 1 }]);
  });

  it('50 check-ins at once under 50 keys: 49 answer alreadyCheckedIn, none replayed', async () => {
    const externalId = await newMember();
    const answers = await Promise.all(
      times(50, (call) =>
        run(appFor(nodes, call), program.keys.service, 'checkIn', {
          member: { externalId },
          idempotencyKey: `${externalId}-${call}`,
        }),
      ),
    );
    expect(answers.filter((answer) => answer.alreadyCheckedIn)).toHaveLength(49);
    expect(answers.filter((answer) => answer.replayed)).toHaveLength(0);
  });

  it('four days at once, in any order: each once, paid as in order', async () => {
    const externalId = await newMember();
    const days = ['2026-06-05T08', '2026-06-03T08', '2026-06-04T08', '2026-06-02T09'];
    await Promise.all(
      times(40, (call) =>
        run(appFor(nodes, call), program.keys.service, 'checkIn', {
          member: { externalId },
          occurredAt: `${days[Math.floor(call / 3) % 4]}:00:00Z`,
        }),
      ),
    );
    const { points, streak } = await readMember(first, program.keys.service, externalId);
    expect(points).toMatchObject({ available: 70, lifetimeEarned: 70 });
    expect(streak).toMatchObject({ current: 4, longest: 4, totalDays: 4, state: 'ACTIVE' });
  });

  it('30 members, 5 calls each, all at once: each has one award', async () => {
    const ids = await Promise.all(times(30, () => newMember()));
    const answers = await Promise.all(
      times(150, (call) =>
        run(appFor(nodes, Math.floor(call / 30)), program.keys.service, 'checkIn', {
          member: { externalId: ids[call % 30] },
        }),
      ),
    );
    const paid = answers.filter((answer) => answer.awards.length === 1);
    expect(new Set(paid.map((answer) => answer.member.externalId)).size).toBe(30);
    expect(paid).toHaveLength(30);
  });

  it('20 enrolments of one external id at once: one member, 19 told its id', async () => {
    members += 1;
    const externalId = `member-${members}`;
    const answers = await Promise.all(
      times(20, (call) =>
        send(appFor(nodes, call), program.keys.service, 'enrolMember', { externalId }),
      ),
    );
    const results = answers.map(({ data }) => data.enrolMember);
    const enrolled = results.filter((result) => result.member !== undefined);
    expect(enrolled).toHaveLength(1);
    const refused = results.filter((result) => result.code === 'MEMBER_ALREADY_ENROLLED');
    expect(refused).toHaveLength(19);
    expect(new Set(refused.map((result) => result.memberId))).toEqual(
      new Set([enrolled[0].member.id]),
    );
  });
});
