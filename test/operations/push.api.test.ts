/** What operators do with clients and their operations. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { manifestOf, push, retire, setMode, sha256 } from './support.ts';

let test: TestApp;
let program: TestProgram;

beforeAll(async () => {
  bePatient();
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  program = await createTestProgram(test.app);
});

const KEY = '{ program { key } }';
const ZONE = 'query Zone { program { zone } }';
const id = (text: string) => `sha256:${sha256(text)}`;
const soon = () => new Date(test.app.clock.now().getTime() + 3_600_000).toISOString();

async function ask(query: string) {
  const { data, errors } = await test.ask(program.keys.operator, query);
  expect(errors).toBeUndefined();
  return data;
}
const audit = async () =>
  (await ask('{ audit { edges { node { action target before after } } } }')).audit.edges.map(
    ({ node }: { node: object }) => node,
  );
const stored = () => test.app.db.persistedOperation.count({ where: { programId: program.id } });

describe('pushOperations', () => {
  it('makes the client, adds what is new and leaves the rest', async () => {
    const first = await push(test, program, 'acme', manifestOf(KEY));
    expect(first).toEqual({
      client: { name: 'acme', mode: 'OPEN', costMax: null },
      ...{ created: true, added: [id(KEY)], restored: [], unchanged: 0 },
    });
    const second = await push(test, program, 'acme', manifestOf(KEY, ZONE));
    expect(second).toMatchObject({ created: false, added: [id(ZONE)], unchanged: 1 });
    const third = await push(test, program, 'acme', manifestOf(ZONE));
    expect(third).toMatchObject({ added: [], restored: [], unchanged: 1 });
    expect(await stored()).toBe(2);
    const told = await audit();
    expect(told).toHaveLength(2); // What changes nothing leaves no row.
    expect(told[0]).toMatchObject({ action: 'pushOperations', target: 'client:acme' });
    expect(told[0].after).toMatchObject({ created: false, added: [sha256(ZONE)], unchanged: 1 });
  });

  it('stores nothing when anything is wrong, and tells all of it', async () => {
    const manifest = JSON.stringify({ good: KEY, bad: '{ nope }', [sha256(KEY)]: ZONE });
    const refused = await push(test, program, 'acme', manifest);
    expect(refused.code).toBe('MANIFEST_NOT_VALID');
    expect(refused.problemCount).toBe(2);
    expect(refused.problems).toEqual([
      { documentId: sha256(KEY), message: `the SHA-256 of its text is ${sha256(ZONE)}` },
      { documentId: 'bad', message: expect.stringContaining('Cannot query field "nope"') },
    ]);
    expect(await stored()).toBe(0);
    expect((await ask('{ clients { name } }')).clients).toEqual([]);
    expect(await audit()).toEqual([]);
  });

  it('never changes a text: a custom id keeps the one it has', async () => {
    await push(test, program, 'acme', JSON.stringify({ board: KEY }));
    const refused = await push(test, program, 'acme', JSON.stringify({ board: ZONE, zone: ZONE }));
    expect(refused.problems).toEqual([
      { documentId: 'board', message: 'is registered with another text: use another id' },
    ]);
    expect(await stored()).toBe(1);
    // Another client may call another text so.
    const other = await push(test, program, 'other', JSON.stringify({ board: ZONE }));
    expect(other.added).toEqual(['board']);
  });

  it('does so beside each other: eight at once register each operation once', async () => {
    const pushed = await Promise.all(
      Array.from({ length: 8 }, () => push(test, program, 'acme', manifestOf(KEY, ZONE))),
    );
    expect(pushed.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(pushed.flatMap(({ added }) => added))).toEqual(new Set([id(KEY), id(ZONE)]));
    expect(pushed.flatMap(({ added }) => added)).toHaveLength(2);
    expect(await stored()).toBe(2);
  });

  it('keeps to the ceiling of the client', async () => {
    await push(test, program, 'acme', manifestOf(KEY));
    expect((await setMode(test, program, 'acme', 'REQUIRED', { costMax: 10 })).client).toEqual({
      ...{ name: 'acme', mode: 'REQUIRED', costMax: 10 },
    });
    const text = '{ rewards(first: 11) { edges { node { id } } } }';
    const refused = await push(test, program, 'acme', manifestOf(text));
    expect(refused.problems[0].message).toMatch(/may read \d+ objects; the ceiling .* is 10/);
    expect((await setMode(test, program, 'acme', 'OPEN')).client.costMax).toBe(10);
    expect((await setMode(test, program, 'acme', 'OPEN', { costMax: null })).client.costMax).toBe(
      null,
    );
    expect((await push(test, program, 'acme', manifestOf(text))).added).toHaveLength(1);
    expect((await audit()).map(({ action }: { action: string }) => action)).toEqual([
      'pushOperations',
      'setClientMode',
      'setClientMode',
      'setClientMode',
      'pushOperations',
    ]);
  });
});

describe('a program', () => {
  const { programClientsMax, programOperationsMax, programOperationsCharactersMax } = limits;
  afterEach(() => {
    const set = { programClientsMax, programOperationsMax, programOperationsCharactersMax };
    Object.assign(limits, set);
  });
  const message = async (client: string, manifest: string) => {
    const { code, problems } = await push(test, program, client, manifest);
    expect(code).toBe('MANIFEST_NOT_VALID');
    return problems[0].message;
  };

  it('has so many clients', async () => {
    Object.assign(limits, { programClientsMax: 1 });
    await push(test, program, 'first', manifestOf(KEY));
    expect(await message('second', manifestOf(KEY))).toMatch(/^the program has 1 clients/);
    expect((await push(test, program, 'first', manifestOf(ZONE))).added).toHaveLength(1);
  });

  it('has so many operations in use, of so many characters', async () => {
    Object.assign(limits, { programOperationsMax: 2 });
    await push(test, program, 'first', manifestOf(KEY, ZONE));
    const more = '{ me { id } }';
    expect(await message('second', manifestOf(more))).toMatch(/would have 3 operations/);
    await retire(test, program, 'first', [id(KEY)]);
    expect((await push(test, program, 'second', manifestOf(more))).added).toHaveLength(1);
    expect(await message('first', manifestOf(KEY))).toMatch(/would have 3 operations/);
    Object.assign(limits, { programOperationsMax, programOperationsCharactersMax: 60 });
    expect(await message('first', manifestOf(KEY))).toMatch(/of 6\d characters/);
    expect(await stored()).toBe(3);
  });
});

describe('retireOperations', () => {
  it('sets and moves a date, and a push takes it back', async () => {
    await push(test, program, 'acme', manifestOf(KEY, ZONE));
    const at = soon();
    expect(await retire(test, program, 'acme', [id(KEY)], at)).toEqual({
      ...{ client: { name: 'acme' }, retired: [id(KEY)], retiresAt: at },
    });
    const now = await retire(test, program, 'acme', [sha256(KEY).toUpperCase()]);
    expect(now.retired).toEqual([id(KEY)]);
    // What has retired stays so.
    expect((await retire(test, program, 'acme', [id(KEY)], at)).retired).toEqual([]);
    const [second, first] = await audit();
    expect(first.before).toEqual({ retiresAt: { [sha256(KEY)]: null } });
    expect(second.before).toEqual({ retiresAt: { [sha256(KEY)]: at } });
    const pushed = await push(test, program, 'acme', manifestOf(KEY));
    expect(pushed).toMatchObject({ added: [], restored: [id(KEY)], unchanged: 0 });
  });

  it('refuses ids and clients that there are not, and retires nothing then', async () => {
    await push(test, program, 'acme', manifestOf(KEY));
    expect(await retire(test, program, 'acme', [id(KEY), 'nope', id(ZONE)])).toMatchObject({
      code: 'OPERATION_NOT_FOUND',
      documentIds: ['nope', sha256(ZONE)],
    });
    expect((await retire(test, program, 'nobody', [id(KEY)])).code).toBe('CLIENT_NOT_FOUND');
    expect((await setMode(test, program, 'nobody', 'LOG')).code).toBe('CLIENT_NOT_FOUND');
    const { operations } = await ask('{ operations { edges { node { retiresAt } } } }');
    expect(operations.edges).toEqual([{ node: { retiresAt: null } }]);
  });
});

it('operations lists them by client and id, and what has retired apart', async () => {
  await push(test, program, 'acme', JSON.stringify({ b: ZONE, a: KEY, c: KEY }));
  await push(test, program, 'zoo', manifestOf(ZONE));
  await retire(test, program, 'acme', ['c']);
  const list = async (args: string) => {
    const fields = `pageInfo { endCursor hasNextPage } edges { node {
      documentId hash text operationName kind cost retiresAt client { name } registeredBy { kind } } }`;
    const { operations } = await ask(`{ operations${args} { ${fields} } }`);
    const ids = operations.edges.map(
      ({ node }: { node: { documentId: string } }) => node.documentId,
    );
    return { ...operations, ids };
  };
  const all = await list('');
  expect(all.ids).toEqual(['a', 'b', 'c', id(ZONE)]);
  expect(all.edges[1].node).toEqual({
    ...{ documentId: 'b', hash: sha256(ZONE), text: ZONE, operationName: 'Zone', kind: 'QUERY' },
    ...{ cost: 1, retiresAt: null, client: { name: 'acme' }, registeredBy: { kind: 'KEY' } },
  });
  const first = await list('(first: 3)');
  expect((await list(`(first: 3, after: "${first.pageInfo.endCursor}")`)).ids).toEqual([id(ZONE)]);
  expect((await list('(last: 2)')).ids).toEqual(['c', id(ZONE)]);
  expect((await list('(client: "acme", retired: false)')).ids).toEqual(['a', 'b']);
  expect((await list('(retired: true)')).ids).toEqual(['c']);
  expect((await list('(client: "nobody")')).ids).toEqual([]);
});

describe('the database itself', () => {
  it.each([
    ['a hash that is not the text’s', "update persisted_operation set text = text || ' '"],
    ['another name', "update persisted_operation set name = 'x'"],
    ['a removal', 'delete from persisted_operation'],
    ['all gone', 'truncate persisted_operation'],
  ])('refuses %s', async (_what, statement) => {
    await push(test, program, 'acme', manifestOf(KEY));
    await expect(test.app.pool.query(statement)).rejects.toThrow(/never changed or removed/);
  });

  it('refuses rows whose hash is wrong, or of a client of another program', async () => {
    await push(test, program, 'acme', manifestOf(KEY));
    const other = await createTestProgram(test.app);
    const insert = (programId: number, hash: string, text: string) =>
      test.app.pool.query(
        `insert into persisted_operation (client_id, id, program_id, hash, text, kind, cost,
           registered_at, registered_by)
         select id, $2, $1, $2, $3, 'QUERY', 1, created_at, 'x' from client where name = 'acme'
           and program_id = $4`,
        [programId, hash, text, program.id],
      );
    await expect(insert(program.id, sha256(KEY), ZONE)).rejects.toThrow(/persisted_operation_hash/);
    await expect(insert(other.id, sha256(ZONE), ZONE)).rejects.toThrow(/client_fkey/);
  });
});
