import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkOperations } from '../../src/cli/check-operations.ts';
import { diff, list, push, retire, setMode } from '../../src/cli/operations.ts';
import type { Output } from '../../src/cli/output.ts';
import { manifestOf, sha256 } from '../operations/support.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { documentOf, makeFolder, runCli, type TestFolder, within } from './support.ts';

let test: TestApp;
let program: TestProgram;
let folder: TestFolder;
beforeAll(async () => {
  bePatient();
  test = await createTestApp();
  program = await createTestProgram(test.app);
  folder = await makeFolder();
});
afterAll(async () => {
  await folder.remove();
  await test.close();
});

const KEY = '{ program { key } }';
const ZONE = 'query Zone { program { zone } }';
const id = (text: string) => `sha256:${sha256(text)}`;
const schemaFile = path.join(import.meta.dirname, '../../schema.graphql');
const fixture = (name: string) =>
  path.join(import.meta.dirname, `../fixtures/manifests/${name}.json`);

/** Runs a command within the test; its answer, whether it was well, and what it complained of. */
// biome-ignore lint/suspicious/noExplicitAny: tests read documents by the command they ran.
const run = (work: (env: Record<string, string>, output: Output) => Promise<any>) =>
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  within<any>(test.databaseUrl, async (env, output) => (await work(env, output)) !== false);
const of = (client: string) => ({ program: program.key, client });

describe('tallymark operations', () => {
  it('push, list, diff, retire and mode', async () => {
    const file = await folder.write('app.json', manifestOf(KEY));
    const pushed = await run((env, output) => push(env, output, file, of('app')));
    expect(pushed).toMatchObject({
      ...{ ok: true, report: { client: 'app', created: true, mode: 'OPEN', added: [id(KEY)] } },
    });
    const next = await folder.write('next.json', manifestOf(ZONE));
    const compared = await run((env, output) => diff(env, output, next, of('app')));
    expect(compared).toMatchObject({
      ...{ ok: true, report: { added: [id(ZONE)], restored: [], absent: [id(KEY)], problems: [] } },
    });
    expect((await run((env, output) => push(env, output, next, of('app')))).report).toMatchObject({
      ...{ created: false, added: [id(ZONE)], unchanged: 0 },
    });
    const at = new Date('2099-12-01T00:00:00Z');
    const ended = await run((env, output) => retire(env, output, [id(KEY)], { ...of('app'), at }));
    expect(ended.report).toMatchObject({ retired: [id(KEY)], retiresAt: at.toISOString() });
    const again = await run((env, output) => diff(env, output, file, of('app')));
    expect(again.report).toMatchObject({ added: [], restored: [id(KEY)], absent: [id(ZONE)] });
    const set = await run((env, output) =>
      setMode(env, output, 'app', 'LOG', { program: program.key, costMax: 500 }),
    );
    expect(set.report).toMatchObject({ client: 'app', mode: 'LOG', costMax: 500 });
    const listed = await run((env, output) => list(env, output, { program: program.key }));
    expect(listed.report.operations).toHaveLength(2);
    expect(listed.report.operations).toContainEqual(
      expect.objectContaining({
        ...{ documentId: id(KEY), client: 'app', mode: 'LOG', kind: 'QUERY', cost: 1 },
        ...{ operationName: null, registeredBy: 'cli', retiresAt: at.toISOString() },
      }),
    );
  });

  it.each(['relay', 'relay-md5', 'apollo', 'graphql-codegen', 'gql-tada'])(
    'push takes the file of %s',
    async (name) => {
      const { ok, report } = await run((env, output) => push(env, output, fixture(name), of(name)));
      expect([ok, report.added.length]).toEqual([true, 3]);
    },
  );

  it('push and diff tell all that is wrong with a file', async () => {
    const file = await folder.write('bad.json', JSON.stringify({ a: '{ nope }', b: KEY, c: 1 }));
    for (const work of [push, diff]) {
      const { ok, problems, report } = await run((env, output) =>
        work(env, output, file, of('bad')),
      );
      expect(ok).toBe(false);
      expect(problems[0]).toMatch(/bad\.json: .*2 problems$/);
      expect(report.problems.map((one: { id: string }) => one.id).sort()).toEqual(['a', 'c']);
    }
    await run(async (env, output) =>
      push(env, output, await folder.write('b.json', JSON.stringify({ b: KEY })), of('bad')),
    );
    const changed = await folder.write('c.json', JSON.stringify({ b: ZONE }));
    const { ok, report } = await run((env, output) => diff(env, output, changed, of('bad')));
    expect([ok, report.problems]).toEqual([
      ...[false, [{ id: 'b', message: 'is registered with another text' }]],
    ]);
  });
});

describe('tallymark operations check', () => {
  const check = (schema: string, key?: string) =>
    run((env, output) => {
      const flags = key === undefined ? { schema } : { schema, program: key };
      return checkOperations(env, output, flags);
    });

  it('says which operations another schema would break', async () => {
    const own = await createTestProgram(test.app);
    const file = await folder.write(
      'check.json',
      JSON.stringify({ zone: ZONE, key: KEY, old: ZONE }),
    );
    const flags = { program: own.key, client: 'app' };
    await run((env, output) => push(env, output, file, flags));
    await run((env, output) => retire(env, output, ['old'], flags));
    const sdl = readFileSync(schemaFile, 'utf8');
    expect(await check(schemaFile, own.key)).toMatchObject({
      ...{ ok: true, problems: [], report: { ok: true, operations: 2, broken: [] } },
    });
    const without = sdl.replaceAll('  zone: TimeZone!\n', '  zoneName: TimeZone!\n');
    expect(without).not.toBe(sdl);
    const broken = await check(await folder.write('new.graphql', without), own.key);
    expect(broken.ok).toBe(false);
    expect(broken.report).toMatchObject({ operations: 2 });
    expect(broken.report.broken).toEqual([
      {
        ...{ program: own.key, client: 'app', documentId: 'zone', operationName: 'Zone' },
        problems: [expect.stringContaining('Cannot query field "zone" on type "Program"')],
      },
    ]);
    // Without a program: of all there are.
    const all = await check(await folder.write('new.graphql', without));
    expect(all.report.operations).toBeGreaterThan(2);
    expect(all.report.broken.map((one: { program: string }) => one.program)).toContain(own.key);
  });

  it('wants a schema', async () => {
    for (const [name, text] of [
      ['none.graphql', '{'],
      ['empty.graphql', ''],
      ['half.graphql', 'type Query { a: Nope }'],
    ] as const) {
      const file = await folder.write(name, text);
      await expect(check(file)).rejects.toThrow(`${name}: is no schema`);
    }
    await expect(check(path.join(folder.path, 'nothing'))).rejects.toThrow(/there is no such file/);
  });
});

describe('as a command', () => {
  const flags = (client: string) => ['--program', program.key, '--client', client];

  it('push makes the client that keys and tokens then name', async () => {
    const file = await folder.write('cmd.json', manifestOf(KEY));
    const pushed = await runCli(test.databaseUrl, ['operations', 'push', file, ...flags('cmd')]);
    expect([pushed.code, pushed.stdout]).toEqual([0, expect.stringContaining(`+ ${id(KEY)}`)]);
    const create = ['key', 'create', '--role', 'partner', ...flags('cmd'), '--json'];
    const { key, ...made } = documentOf(await runCli(test.databaseUrl, create));
    expect(made).toMatchObject({ role: 'PARTNER', client: 'cmd' });
    const refused = await test.ask(key, KEY);
    expect(refused.errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_REQUIRED');
    const mode = ['operations', 'mode', 'cmd', 'required', '--program', program.key];
    const set = await runCli(test.databaseUrl, [...mode, '--cost-max', '9']);
    expect([set.code, set.stdout]).toEqual([0, 'client cmd: REQUIRED, at most 9 objects\n']);
    const token = ['token', '--program', program.key, '--member', 'ada', '--client', 'cmd'];
    const signed = (await runCli(test.databaseUrl, token)).stdout.trim();
    const { status, errors } = await test.ask(signed, KEY);
    expect([status, errors?.[0]?.extensions.code]).toEqual([403, 'PERSISTED_QUERY_REQUIRED']);
  });

  it.each([
    [
      'a key of a client that there is not',
      () => ['key', 'create', '--role', 'partner', ...flags('no')],
    ],
    ['an operation that there is not', () => ['operations', 'retire', 'no', ...flags('cmd')]],
    ['no date', () => ['operations', 'retire', 'a', ...flags('cmd'), '--at', 'soon']],
    ['no file', () => ['operations', 'push', path.join(folder.path, 'nothing'), ...flags('cmd')]],
    ['no mode', () => ['operations', 'mode', 'cmd', 'now', '--program', program.key]],
  ])('%s is told in one line', async (_what, args) => {
    const { code, stderr } = await runCli(test.databaseUrl, args());
    expect(code, stderr).toBe(1);
    expect(stderr.split('\n').length, stderr).toBe(2);
  });
});
