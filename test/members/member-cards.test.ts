/** What the members that are kept for boards must never do: outlive a change that was told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { limits } from '../../src/limits.ts';
import { MemberCardCache } from '../../src/members/member-cards.ts';
import { loadMembers } from '../../src/members/members.sql.ts';
import { type Bus, createLocalBus } from '../../src/platform/bus.ts';
import { createLog } from '../../src/platform/log.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';

let test: TestApp;
let program: TestProgram;
let bus: Bus;
let cache: MemberCardCache;
/** Reads so far; the next ones wait for `gate`. */
let reads: number[][] = [];
let gate: Promise<void> | undefined;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  program = await createTestProgram(test.app);
  reads = [];
  gate = undefined;
  bus = createLocalBus(createLog({ level: 'silent' }));
  cache = new MemberCardCache(async (ids) => {
    reads.push([...ids]);
    const rows = await loadMembers(test.app.pool, ids);
    await gate;
    return rows;
  }, bus);
});
afterEach(async () => {
  cache.close();
  await bus.close();
});

async function enrol(externalId: string): Promise<number> {
  await test.ask(
    program.keys.service,
    `mutation { enrolMember(input: {externalId: "${externalId}"}) { __typename } }`,
  );
  const { rows } = await test.app.pool.query(
    'select id from member where program_id = $1 and external_id = $2',
    [program.id, externalId],
  );
  return (rows[0] as { id: number }).id;
}
const rename = (externalId: string, name: string) =>
  test.ask(
    program.keys.service,
    `mutation { updateMember(input: {member: {externalId: "${externalId}"}, displayName: "${name}"}) { __typename } }`,
  );
const nameOf = async (id: number) => (await cache.cards([id])).get(id)?.displayName;
const tell = async (...members: number[]) => {
  bus.publish({ boards: [], members });
  await sleep(0);
};

it('each is read once, and again when a message names it', async () => {
  const [ada, bob] = [await enrol('ada'), await enrol('bob')];
  expect([...(await cache.cards([ada, bob])).keys()]).toEqual([ada, bob]);
  expect([...(await cache.cards([bob, ada, bob])).keys()]).toEqual([bob, ada]);
  expect(reads).toEqual([[ada, bob]]);
  await rename('ada', 'Ada L.');
  expect(await nameOf(ada)).toBe('ada');
  await tell(ada);
  expect(await nameOf(ada)).toBe('Ada L.');
  expect(await nameOf(bob)).toBe('bob');
  expect(reads).toEqual([[ada, bob], [ada]]);
});

it('what changes while it is read is not kept', async () => {
  const [ada, bob] = [await enrol('ada'), await enrol('bob')];
  let open = () => {};
  gate = new Promise((resolve) => {
    open = resolve;
  });
  const early = cache.cards([ada, bob]);
  await vi.waitFor(() => expect(reads).toHaveLength(1));
  await sleep(50); // The rows are read; their answer is held back.
  await rename('ada', 'Ada L.');
  await tell(ada);
  open();
  expect((await early).get(ada)?.displayName).toBe('ada');
  expect(await nameOf(ada)).toBe('Ada L.');
  expect(await nameOf(bob)).toBe('bob');
  expect(reads).toEqual([[ada, bob], [ada]]);
});

it.each([
  { told: 'that messages may have been lost', say: () => bus.publish([]) },
  { told: 'something of another version', say: () => bus.publish({ boards: 'all' }) },
])('told $told, it forgets all, also what is being read', async ({ say }) => {
  const [ada, bob] = [await enrol('ada'), await enrol('bob')];
  await cache.cards([bob]);
  let open = () => {};
  gate = new Promise((resolve) => {
    open = resolve;
  });
  const early = cache.cards([ada]);
  await vi.waitFor(() => expect(reads).toHaveLength(2));
  say();
  await sleep(0);
  open();
  await early;
  await cache.cards([ada, bob]);
  expect(reads.at(-1)).toEqual([ada, bob]);
});

it('who is not there, or could not be read, is looked for again', async () => {
  expect([...(await cache.cards([2 ** 40])).keys()]).toEqual([]);
  const ada = await enrol('ada');
  gate = sleep(0).then(() => {
    throw new Error('lost');
  });
  gate.catch(() => {});
  await expect(cache.cards([ada])).rejects.toThrow('lost');
  gate = undefined;
  expect(await nameOf(ada)).toBe('ada');
  await cache.cards([2 ** 40]);
  expect(reads).toEqual([[2 ** 40], [ada], [ada], [2 ** 40]]);
});

it('a change nobody tells of is seen once its time is over', async () => {
  const ada = await enrol('ada');
  await cache.cards([ada]);
  await rename('ada', 'Ada L.');
  const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
  expect(await nameOf(ada)).toBe('ada');
  await sleep(5); // The cache looks at the clock once in a millisecond.
  now.mockReturnValue(performance.now() + limits.memberCardMs + 1);
  expect(await nameOf(ada)).toBe('Ada L.');
  now.mockRestore();
});
