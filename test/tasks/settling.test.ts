/** Nothing is lost or paid twice between the projection and the engine; who follows sees it. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { createLog } from '../../src/platform/log.ts';
import { Unavailable } from '../../src/platform/refusal.ts';
import { TaskSettler } from '../../src/tasks/settler.ts';
import {
  createTestApp,
  createTestProgram,
  runJob,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { overWebSocket } from '../support/live.ts';
import { bePatient } from '../support/patience.ts';
import { setRule } from '../support/rules.ts';
import { openSecondApp } from '../support/second-app.ts';
import { startProcess } from '../support/server-process.ts';
import { settled, task } from './support.ts';

const quietLog = createLog({ level: 'silent' });
let test: TestApp;
let server: RunningServer;
let program: TestProgram;
beforeAll(async () => {
  bePatient();
  test = await createTestApp();
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});
beforeEach(async () => {
  program = await createTestProgram(test.app);
  await setRule(test, program, 'once', task({ target: { count: 2 } }), { kind: 'TASK' });
  await ask('mutation { enrolMember(input: {externalId: "ada"}) { __typename } }');
});

async function ask(query: string, of: TestProgram = program) {
  const { data, errors } = await test.ask(of.keys.operator, query);
  expect(errors).toBeUndefined();
  return data;
}
const act = (of?: TestProgram, name = 'ada') =>
  ask(
    `mutation { recordActivity(input: {member: {externalId: "${name}"}, type: "share"}) {
       ... on RecordActivityPayload { position } } }`,
    of,
  );
const read = async (fields: string) =>
  (await ask(`{ member(by: {externalId: "ada"}) { ${fields} } }`)).member;

describe('settling', () => {
  it('does what a crash left undone, once, however many nodes and jobs try', async () => {
    await act();
    await act();
    await settled(test.app);
    // As if the process had died between the projection's commit and the payment.
    const { rows } = await test.app.pool.query(
      `select member_id, rule_id, period_start from task_progress where program_id = $1`,
      [program.id],
    );
    const [{ member_id: member, rule_id: rule, period_start: start }] = rows;
    for (const _ of [1, 2, 3]) {
      await test.app.pool.query(
        `insert into task_due (program_id, member_id, rule_id, period_start) values ($1, $2, $3, $4)`,
        [program.id, member, rule, start],
      );
    }
    const second = await openSecondApp(test);
    await Promise.all(
      [test.app, second.app, test.app, second.app].map((app) => runJob(app, 'settleTasks')),
    );
    await second.close();
    expect((await read('points { lifetimeEarned }')).points.lifetimeEarned).toBe(10);
    const due = await test.app.pool.query('select count(*)::int as n from task_due');
    expect(due.rows).toEqual([{ n: 0 }]);
  });

  it('names the one that keeps a batch from being settled, and settles the others', async () => {
    const names = ['ada', 'bob', 'cy'];
    for (const name of names) {
      await ask(`mutation { enrolMember(input: {externalId: "${name}"}) { __typename } }`);
    }
    for (const name of names) for (const _ of [1, 2]) await act(program, name);
    await settled(test.app);
    const { pool, engine } = test.app;
    const { rows } = await pool.query<{ memberId: number }>(
      `insert into task_due (program_id, member_id, rule_id, period_start)
       select program_id, member_id, rule_id, period_start from task_progress where program_id = $1
       order by member_id returning member_id as "memberId"`,
      [program.id],
    );
    // A batch fails as a whole where one of its rows cannot be had in time.
    let poisoned = rows[1]?.memberId;
    let inFlight = 0;
    const run: typeof engine.run = async (operation, viewer, input) => {
      inFlight += 1;
      await new Promise(setImmediate);
      const isCrowd = inFlight > 1;
      await new Promise(setImmediate);
      inFlight -= 1;
      const { member } = input as unknown as { member: { id: number } };
      if (poisoned !== undefined && (isCrowd || member.id === poisoned)) throw new Unavailable('-');
      return engine.run(operation, viewer, input);
    };
    const warn = vi.fn();
    const log = { ...quietLog, warn };
    const settler = new TaskSettler(pool, { run }, log);
    expect(await settler.drain()).toBe(2);
    const told = { programId: program.id, memberId: poisoned, task: 'once' };
    expect(warn.mock.calls).toEqual([
      [{ err: expect.any(Unavailable), periodStart: '1970-01-01', ...told }, expect.any(String)],
    ]);
    poisoned = undefined;
    expect(await settler.drain()).toBe(1);
  });

  it('survives a server that is killed with payments under way', async () => {
    const own = await createTestApp();
    const others = await createTestProgram(own.app);
    await setRule(own, others, 'once', task({ target: { count: 1 } }), { kind: 'TASK' });
    const names = Array.from({ length: 40 }, (_, n) => `m${n}`);
    const send = (query: string, url: string) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${others.keys.operator}`,
        },
        body: JSON.stringify({ query }),
      });
    const process = await startProcess({ DATABASE_URL: own.databaseUrl });
    const enrol = names.map((n) => `${n}: enrolMember(input: {externalId: "${n}"}) { __typename }`);
    for (let at = 0; at < enrol.length; at += 20) {
      await send(`mutation { ${enrol.slice(at, at + 20).join(' ')} }`, process.url);
    }
    // Some are answered, some are not; what was committed must be paid.
    const sent = names.map((n) =>
      send(
        `mutation { recordActivity(input: {member: {externalId: "${n}"}, type: "share"}) { __typename } }`,
        process.url,
      ).catch(() => undefined),
    );
    await Promise.race(sent);
    await process.kill();
    await Promise.all(sent);
    await settled(own.app);
    const { rows } = await own.app.pool.query(
      `select (select count(*)::int from activity) as recorded,
              (select count(*)::int from ledger_entry where source_type = 'TASK') as paid`,
    );
    expect(rows[0].recorded).toBeGreaterThan(0);
    expect(rows[0].paid).toBe(rows[0].recorded);
    await own.close();
  });

  it('leaves programs without tasks, and other programs’ members, alone', async () => {
    const other = await createTestProgram(test.app);
    await ask('mutation { enrolMember(input: {externalId: "ada"}) { __typename } }', other);
    await act(other);
    await act(other);
    await settled(test.app);
    const { member } = await ask('{ member(by: {externalId: "ada"}) { tasks { key } } }', other);
    expect(member.tasks).toEqual([]);
    expect((await read('tasks { progress }')).tasks).toEqual([{ progress: 0 }]);
  });
});

describe('who reads', () => {
  it('waits for their own write with `after`', async () => {
    const { recordActivity } = await act();
    const { tasks } = await read(`tasks(after: ${recordActivity.position}) { key progress }`);
    expect(tasks).toEqual([{ key: 'once', progress: 1 }]);
    for (const root of ['me', 'member(by: {externalId: "ada"}']) {
      const { position } = (await act()).recordActivity;
      const credential = await program.token('ada');
      const args = root === 'me' ? `me(after: ${position})` : `${root}, after: ${position})`;
      const { data, errors } = await test.ask(credential, `{ it: ${args} { tasks { progress } } }`);
      expect(errors).toBeUndefined();
      expect(data.it.tasks).toEqual([{ progress: 2 }]);
      const wrong = args.replace(/after: \d+/, 'after: 999999999');
      const refused = await test.ask(credential, `{ it: ${wrong} { externalId } }`);
      expect(refused.errors?.[0]?.extensions).toMatchObject({
        ...{ code: 'BAD_USER_INPUT', field: 'after' },
      });
    }
    const { errors } = await test.ask(
      program.keys.operator,
      '{ member(by: {externalId: "ada"}) { tasks(after: 999999999) { key } } }',
    );
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    const past = await test.ask(
      program.keys.operator,
      '{ member(by: {externalId: "ada"}) { tasks(past: 11) { key } } }',
    );
    expect(past.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('takes one statement for all members', async () => {
    for (const name of ['bob', 'cy']) {
      await ask(`mutation { enrolMember(input: {externalId: "${name}"}) { __typename } }`);
    }
    for (const name of ['ada', 'bob', 'cy']) for (const _ of [1, 2]) await act(program, name);
    await settled(test.app);
    const { position } = (await act()).recordActivity;
    const seen: string[] = [];
    const original = pg.Client.prototype.query;
    // biome-ignore lint/suspicious/noExplicitAny: a probe in front of every connection.
    (pg.Client.prototype as any).query = function query(asked: { name?: string }, ...rest: []) {
      if (asked?.name === 'tasks.loadTasks') seen.push(asked.name);
      return Reflect.apply(original, this, [asked, ...rest]);
    };
    const { leaderboard } = await ask(
      `{ leaderboard(key: "all-time", after: ${position}) { season { standings { nodes {
         member { externalId tasks { key state } } } } } } }`,
    );
    pg.Client.prototype.query = original;
    const { nodes } = leaderboard.season.standings;
    expect(nodes.map(({ member }: { member: { tasks: object[] } }) => member.tasks)).toEqual(
      Array.from({ length: 3 }, () => [{ key: 'once', state: 'PAID' }]),
    );
    expect(seen).toHaveLength(1);
  });

  it('follows progress, then the payment', async () => {
    const follower = await overWebSocket(
      server.url,
      program.keys.operator,
      `subscription { memberChanged(member: {externalId: "ada"}) { version
         member { points { available } tasks { state progress } } } }`,
    );
    await act();
    const last = () => follower.events.at(-1).memberChanged;
    const soon = { timeout: 10_000, interval: 20 };
    await expect.poll(() => last().member.tasks, soon).toEqual([{ state: 'OPEN', progress: 1 }]);
    await act();
    await expect
      .poll(() => last().member, soon)
      .toEqual({ points: { available: 10 }, tasks: [{ state: 'PAID', progress: 2 }] });
    const versions = follower.events.map(({ memberChanged }) => memberChanged.version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    follower.stop();
  });
});
