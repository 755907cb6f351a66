/** What a node keeps in memory, and when it reads. */
import { setTimeout as pause } from 'node:timers/promises';
import type { QueryConfig } from 'pg';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { limits } from '../../src/limits.ts';
import { loadOperations } from '../../src/operations/operations.sql.ts';
import { Operations } from '../../src/operations/operations.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import type { Pool } from '../../src/platform/db.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { manifestOf, push, retire, sha256 } from './support.ts';

const clock = new FakeClock('2027-06-01T12:00:00Z');
let test: TestApp;
let program: TestProgram;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ clock });
  program = await createTestProgram(test.app);
  await push(test, program, 'acme', manifestOf(KEY));
});
afterAll(() => test.close());

const KEY = '{ program { key } }';
const byId = { documentId: sha256(KEY) };
const partner = () =>
  ({ kind: 'key', programId: program.id, keyId: 'x', role: 'PARTNER', client: 'acme' }) as const;
const codeOf = () =>
  test.app.operations.choose(partner(), byId).then(
    () => undefined,
    (error: { code: string }) => error.code,
  );

/** Operations of a node of their own, whose reads are seen. */
function watched() {
  const query = vi.fn((asked: QueryConfig) => test.app.pool.query(asked));
  const { log } = test.app;
  const pool = { query } as unknown as Pool;
  return { query, operations: new Operations({ pool, clock, log, registry: new Registry() }) };
}

it('a thousand requests a second read once, however many come at first', async () => {
  const { query, operations } = watched();
  const choose = () => operations.choose(partner(), byId);
  await Promise.all(Array.from({ length: 50 }, () => choose()));
  expect(query).toHaveBeenCalledTimes(1);
  for (let at = 0; at < 1_000; at += 1) {
    await choose();
    const unknown = operations.choose(partner(), { documentId: `unknown-${at}` });
    await expect(unknown).rejects.toThrow('PersistedQueryNotFound');
  }
  expect(query.mock.calls.length).toBeLessThanOrEqual(4); // One a second, on a slow machine too.
});

it('a database that is away does not end what is known, while it is asked for', async () => {
  const { query, operations } = watched();
  const choose = () => operations.choose(partner(), byId);
  await choose();
  query.mockRejectedValue(new Error('away'));
  await pause(limits.operationsCheckMs + 50);
  expect((await choose()).query).toBe(KEY);
  expect(query).toHaveBeenCalledTimes(2);
  await pause(limits.operationsOldMs);
  await expect(choose()).rejects.toThrow('away');
  query.mockImplementation((asked) => test.app.pool.query(asked));
  expect((await choose()).query).toBe(KEY);
});

it('a retired id is told so for thirty days, and is unknown then', async () => {
  await retire(test, program, 'acme', [sha256(KEY)]);
  expect(await codeOf()).toBe('PERSISTED_QUERY_RETIRED');
  clock.advance(limits.operationsRetiredKeptMs - 1_000);
  test.app.operations.forget(program.id);
  expect(await codeOf()).toBe('PERSISTED_QUERY_RETIRED');
  clock.advance(2_000);
  test.app.operations.forget(program.id);
  expect(await codeOf()).toBe('PERSISTED_QUERY_NOT_FOUND');
  await push(test, program, 'acme', manifestOf(KEY));
  expect(await codeOf()).toBeUndefined();
});

it('of two clients, the later end of one text is what others see', async () => {
  const viewer = { kind: 'key', programId: program.id, keyId: 'x', role: 'SERVICE' } as const;
  const others = () => test.app.operations.choose(viewer, byId);
  await push(test, program, 'other', JSON.stringify({ custom: KEY }));
  expect((await others()).query).toBe(KEY);
  await retire(test, program, 'acme', [sha256(KEY)]);
  expect((await others()).query).toBe(KEY); // Under a custom id it is the other's still.
  await retire(test, program, 'other', ['custom']);
  await expect(others()).rejects.toMatchObject({ code: 'PERSISTED_QUERY_RETIRED' });
  // A custom id is its client's own.
  await push(test, program, 'other', JSON.stringify({ custom: KEY }));
  const custom = test.app.operations.choose(viewer, { documentId: 'custom' });
  await expect(custom).rejects.toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' });
});

it('what has retired is known by its id alone, and so much of it as may be in use', async () => {
  const known = await createTestProgram(test.app);
  const texts = ['a', 'b', 'c'].map((alias) => `{ ${alias}: program { key } }`);
  await push(test, known, 'acme', manifestOf(...texts));
  for (const text of texts) {
    await retire(test, known, 'acme', [sha256(text)]);
    clock.advance(1_000);
  }
  const since = new Date(clock.now().getTime() - limits.operationsRetiredKeptMs);
  const usual = limits.programOperationsMax;
  Object.assign(limits, { programOperationsMax: 2 });
  const [row] = await loadOperations(test.app.pool, known.id, since, clock.now());
  Object.assign(limits, { programOperationsMax: usual });
  const held = new Map(row?.operations.map(({ hash, text }) => [hash, text]));
  expect(held).toEqual(new Map(texts.slice(1).map((text) => [sha256(text), ''])));
  // Both say the same: it is that operation, and it has retired.
  const viewer = { ...partner(), programId: known.id };
  for (const query of ['', texts[2]]) {
    const asked = { query, documentId: sha256(texts[2] ?? '') };
    await expect(test.app.operations.choose(viewer, asked)).rejects.toThrow('is retired');
  }
});
