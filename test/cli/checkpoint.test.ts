import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importCheckIn } from '../../src/checkin/import-check-in.ts';
import { adjustPoints } from '../../src/points/adjust-points.ts';
import { createTestApp, createTestProgram, type TestApp } from '../support/app.ts';
import { makeFolder, runCli, sql, type TestFolder, verifyWithin } from './support.ts';

let test: TestApp;
let folder: TestFolder;
let file: string;
let programs: { id: number; key: string }[];

async function checkIn(programId: number, externalId: string, days: readonly number[]) {
  const viewer = { kind: 'system', programId, name: 'test' } as const;
  for (const day of days) {
    const occurredAt = new Date(Date.UTC(2026, 2, day, 8));
    await test.app.engine.run(importCheckIn, viewer, { externalId, occurredAt });
  }
}

beforeAll(async () => {
  test = await createTestApp();
  folder = await makeFolder();
  file = path.join(folder.path, 'checkpoint.jsonl');
  programs = [await createTestProgram(test.app), await createTestProgram(test.app)];
  for (const { id } of programs) {
    await checkIn(id, 'ann', [1, 2, 3]);
    await checkIn(id, 'bob', [1, 2]);
    const viewer = { kind: 'system', programId: id, name: 'test' } as const;
    const correction = { amount: 30, reason: 'goodwill' };
    await test.app.engine.run(adjustPoints, viewer, {
      member: { externalId: 'bob' },
      ...correction,
    });
  }
  const written = await verifyWithin(test.databaseUrl, { checkpoint: file });
  expect(written).toMatchObject({ ok: true, report: { checkpointChains: 4 } });
});
afterAll(async () => {
  await folder.remove();
  await test.close();
});

const against = (flags: { program?: string } = {}) =>
  verifyWithin(test.databaseUrl, { against: file, ...flags });

it('names every chain and signs them', async () => {
  const lines = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const [first] = lines;
  expect(first).toEqual({
    program: programs[0]?.key,
    memberId: expect.any(Number),
    seq: 3,
    head: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(lines.at(-1)).toEqual({
    chains: 4,
    signedAt: expect.any(String),
    signature: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(await readdir(folder.path)).toEqual(['checkpoint.jsonl']);
});

it('holds while chains grow', async () => {
  await checkIn(programs[0]?.id ?? 0, 'ann', [4, 5]);
  await checkIn(programs[0]?.id ?? 0, 'new', [1]);
  expect(await against()).toMatchObject({ ok: true, problems: [] });
});

describe('what somebody cut off and covered up', () => {
  const bob = () =>
    `(select id from member where external_id = 'bob' and program_id = ${programs[1]?.id})`;
  /** Removes bob's last entry and makes everything else agree. */
  const cover = async () => {
    const last = `member_id = ${bob()} and seq = 3`;
    await sql(
      test.databaseUrl,
      'alter table ledger_entry disable trigger user',
      `delete from lot where ${last}`,
      `delete from ledger_entry where ${last}`,
      'alter table ledger_entry enable trigger user',
      `update account a set balance = balance - 30, entry_seq = 2, head_hash =
         (select hash from ledger_entry e where e.member_id = a.member_id and e.seq = 2)
       where member_id = ${bob()}`,
    );
  };

  it('is found by the checkpoint, and by nothing else', async () => {
    await cover();
    expect(await verifyWithin(test.databaseUrl)).toMatchObject({ ok: true, problems: [] });
    const { ok, report } = await against();
    expect(ok).toBe(false);
    expect(report.difference).toMatchObject({
      ...{ program: programs[1]?.key, member: 'bob', entrySeq: 3, found: 'none' },
      what: 'entry 3: hash, signed in the checkpoint',
    });
  });

  it('is another program’s affair when one is asked about', async () => {
    expect(await against({ program: programs[0]?.key ?? '' })).toMatchObject({ ok: true });
    expect(await against({ program: programs[1]?.key ?? '' })).toMatchObject({ ok: false });
  });

  it('keeps a new checkpoint from being written', async () => {
    const next = path.join(folder.path, 'next.jsonl');
    await verifyWithin(test.databaseUrl, { against: file, checkpoint: next });
    expect(await readdir(folder.path)).toEqual(['checkpoint.jsonl']);
  });

  it('is found when the member is gone altogether', async () => {
    await sql(
      test.databaseUrl,
      `delete from account where member_id = ${bob()}`,
      `delete from member where id = ${bob()}`,
    );
    const { report } = await against({ program: programs[1]?.key ?? '' });
    expect(report.difference).toMatchObject({ program: programs[1]?.key });
  });
});

describe('a checkpoint that is none', () => {
  const secret = { TALLYMARK_CHECKPOINT_SECRET: 'of the tests' };

  it.each([
    [
      'a changed line',
      (text: string) => text.replace('"seq":3', '"seq":2'),
      /signature does not match/,
    ],
    [
      'a missing line',
      (text: string) => text.split('\n').slice(1).join('\n'),
      /signature does not match/,
    ],
    [
      'a changed date',
      (text: string) => text.replace('"signedAt":"2', '"signedAt":"1'),
      /signature does not match/,
    ],
    [
      'no signature',
      (text: string) => text.split('\n').slice(0, -2).join('\n'),
      /is no checkpoint: its last line/,
    ],
    ['an empty file', () => '', /is no checkpoint/],
  ])('%s', async (_case, change, message) => {
    const changed = await folder.write('changed.jsonl', change(await readFile(file, 'utf8')));
    await expect(verifyWithin(test.databaseUrl, { against: changed })).rejects.toThrow(message);
  });

  it('is told in one line, and so is a missing secret', async () => {
    const broken = path.join(folder.path, 'broken.jsonl');
    await writeFile(broken, '{}\n');
    const args = ['verify', '--against', broken];
    const run = await runCli(test.databaseUrl, args, secret);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^tallymark: .*broken.jsonl: is no checkpoint.*\n$/);
    const unset = await runCli(test.databaseUrl, args);
    expect(unset).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'tallymark: TALLYMARK_CHECKPOINT_SECRET must be set: checkpoints are signed with it\n',
    });
    const other = await runCli(test.databaseUrl, ['verify', '--against', file], {
      TALLYMARK_CHECKPOINT_SECRET: 'another',
    });
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('signature does not match');
  });
});
