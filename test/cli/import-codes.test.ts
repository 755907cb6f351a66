import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importCodes } from '../../src/cli/import-codes.ts';
import { toGlobalId } from '../../src/graphql/ids.ts';
import { createReward } from '../../src/rewards/create-reward.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { documentOf, makeFolder, runCli, type TestFolder, within } from './support.ts';

let test: TestApp;
let program: TestProgram;
let folder: TestFolder;
beforeAll(async () => {
  test = await createTestApp();
  program = await createTestProgram(test.app);
  folder = await makeFolder();
});
afterAll(async () => {
  await folder.remove();
  await test.close();
});

type Report = {
  rows: number;
  accepted: number;
  duplicates: number;
  known: number;
  rejected: number;
  rejections: { line: number; reason: string }[];
};

const coupon = async (terms: object = { kind: 'COUPON' }) => {
  const viewer = { kind: 'system', programId: program.id, name: 'test' } as const;
  return createReward(test.app, viewer, { title: 'Coupon', price: 5, ...terms });
};
const importWithin = (
  file: string,
  reward: bigint,
  more: { column?: string; header?: boolean; dryRun?: true; allowRejects?: true } = {},
) =>
  within<Report>(test.databaseUrl, (env, output) =>
    importCodes(env, output, file, { program: program.key, reward: Number(reward), ...more }),
  );
const stockOf = async (id: bigint) =>
  (await test.app.db.reward.findUniqueOrThrow({ where: { id } })).stock;
const codesOf = async (rewardId: bigint) =>
  (await test.app.db.rewardCode.findMany({ where: { rewardId }, orderBy: { id: 'asc' } })).map(
    ({ code }) => code,
  );

describe('tallymark import codes', () => {
  it('takes one code a line, in chunks, in their order; a repeat changes nothing', async () => {
    const { id } = await coupon();
    const codes = Array.from({ length: 2_500 }, (_, n) => `LINE-${n}`);
    const file = await folder.write('codes.txt', `\ufeff${codes.join('\r\n')}\r\n\r\n`);
    const counts = { rows: 2_500, accepted: 2_500, duplicates: 0, known: 0, rejected: 0 };
    const dry = await importWithin(file, id, { dryRun: true });
    expect(dry).toMatchObject({ ok: true, problems: [], report: counts });
    expect(await stockOf(id)).toBe(0);
    expect((await importWithin(file, id)).report).toMatchObject(counts);
    expect(await codesOf(id)).toEqual(codes);
    const again = { rows: 2_500, accepted: 0, known: 2_500 };
    expect((await importWithin(file, id)).report).toMatchObject(again);
    expect(await stockOf(id)).toBe(2_500);
  });

  it('says what is wrong with a line, and that the dry run says the same', async () => {
    const { id: other } = await coupon();
    await importWithin(await folder.write('theirs.txt', 'THEIRS-1\n'), other);
    const { id } = await coupon();
    const good = Array.from({ length: 1_100 }, (_, n) => `GOOD-${n}`);
    const bad = ['abc', 'two,fields', 'THEIRS-1', ' SPACE', '"open', 'GOOD-0', '"QUOTED-1"'];
    const file = await folder.write('dirty.txt', [...good, ...bad, 'GOOD-5'].join('\n'));
    const plain = { header: false };
    const dry = await importWithin(file, id, { ...plain, dryRun: true });
    const real = await importWithin(file, id, plain);
    const { firstAndLast, ...told } = dry.report as unknown as { firstAndLast: unknown };
    expect(firstAndLast).toEqual([
      { line: 1, masked: '…D-0' },
      { line: 1_107, masked: '…ED-1' },
    ]);
    expect({ ...told, dryRun: 0, seconds: 0 }).toEqual({
      ...real.report,
      dryRun: 0,
      seconds: 0,
    });
    expect(real.report).toMatchObject({
      ...{ rows: 1_108, accepted: 1_101, duplicates: 2, known: 0, rejected: 5 },
      rejections: [
        { line: 1_101, reason: 'must have at least 4 characters' },
        { line: 1_102, reason: 'has 2 fields: say by --column which one is the code' },
        { line: 1_103, reason: 'belongs to another reward of the program' },
        { line: 1_104, reason: 'must not begin or end with white space' },
        { line: 1_105, reason: 'a quote is opened and not closed' },
      ],
    });
    expect(real.ok).toBe(false);
    expect(real.problems).toEqual([`${file}: 5 of 1,108 lines were rejected`]);
    expect((await importWithin(file, id, { ...plain, allowRejects: true })).ok).toBe(true);
    expect(await codesOf(id)).toContain('QUOTED-1');
    // The audit log tells of all lines of the file that wrote, as the report does.
    const rows = await test.app.db.auditEntry.findMany({ where: { target: String(id) } });
    const counted = rows.flatMap(({ action, after }) =>
      action === 'importRewardCodes' ? [after as Record<string, number>] : [],
    );
    for (const what of ['accepted', 'duplicates', 'known', 'rejected'] as const) {
      const sum = counted.reduce((total, row) => total + (row[what] ?? 0), 0);
      expect([what, sum]).toEqual([what, real.report[what]]);
    }
  });

  it('refuses a CSV file that is given as a plain list, before it writes', async () => {
    const { id } = await coupon();
    const says = async (name: string, text: string, more: { header?: boolean } = {}) =>
      importWithin(await folder.write(name, text), id, more);
    for (const header of ['code', 'Codes', 'coupon', 'VOUCHER', 'code;partner', 'code\tpartner']) {
      await expect(says('h.csv', `${header}\nAAAA-1\n`)).rejects.toThrow(
        /line 1 looks like a header; name the column .* --column, or say --no-header/,
      );
    }
    const late = `${Array.from({ length: 1_500 }, (_, n) => `LATE-${n}`).join('\n')}\na,b\n`;
    await expect(says('late.csv', late)).rejects.toThrow(/line 1501 has several fields/);
    await expect(says('empty.csv', '\n\n')).rejects.toThrow(/is empty/);
    expect(await codesOf(id)).toEqual([]);
    await says('list.txt', 'voucher\nAAAA-1\n', { header: false });
    expect(await codesOf(id)).toEqual(['voucher', 'AAAA-1']);
  });

  it('takes a column of a CSV file', async () => {
    const { id } = await coupon();
    const file = await folder.write('codes.csv', 'partner,"code"\nx,COL-1\n"a,b",COL-2\nCOL-3\n');
    const { report } = await importWithin(file, id, { column: 'code' });
    expect(report).toMatchObject({
      ...{ accepted: 2, rejected: 1 },
      rejections: [{ line: 4, reason: 'has 1 field instead of 2' }],
    });
    expect(await codesOf(id)).toEqual(['COL-1', 'COL-2']);
  });

  it('refuses files and rewards that are not what they should be', async () => {
    const { id } = await coupon();
    const file = await folder.write('some.csv', 'a,a,code\nx,y,COL-9\n');
    const empty = await folder.write('empty.csv', '\n\n');
    const utf16 = await folder.write('utf16.csv', Buffer.from('\ufeffCODE-1', 'utf16le'));
    const says = (column: string | undefined, name = file) =>
      importWithin(name, id, column === undefined ? {} : { column });
    await expect(says('nope')).rejects.toThrow(/line 1: there is no column nope in "a,a,code"/);
    await expect(says('a')).rejects.toThrow(/the column a is named twice/);
    await expect(says('a', empty)).rejects.toThrow(/is empty/);
    await expect(says(undefined, utf16)).rejects.toThrow(/is UTF-16/);
    await expect(says(undefined, folder.path)).rejects.toThrow(/is a folder/);
    await expect(says(undefined, `${folder.path}/none`)).rejects.toThrow(/no such file/);
    const { id: mug } = await coupon({ kind: 'GOODS' });
    await expect(importWithin(file, mug, { column: 'code' })).rejects.toThrow(/Only a COUPON/);
    await expect(importWithin(file, 999_999n, { column: 'code' })).rejects.toThrow(
      /no such reward/,
    );
    expect(await codesOf(id)).toEqual([]);
  });

  it('runs as a command, with exit codes, and shows no code', async () => {
    const { id } = await coupon();
    const file = await folder.write('run.txt', 'SECRET-1\nSECRET-1\nSEC\n');
    const args = ['import', 'codes', file, '--program', program.key];
    const reward = toGlobalId('Reward', id);
    const [text, json, wrong] = [
      await runCli(test.databaseUrl, [...args, '--reward', reward]),
      await runCli(test.databaseUrl, [...args, '--reward', reward, '--allow-rejects', '--json']),
      await runCli(test.databaseUrl, [...args, '--reward', String(id)]),
    ];
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(
      /^3 codes: 1 accepted, 1 duplicates, 0 known already, 1 rejected\n/,
    );
    expect(text.stdout).toContain('line 3: must have at least 4 characters');
    expect(json.code).toBe(0);
    expect(documentOf(json)).toMatchObject({ accepted: 0, known: 1, program: program.key });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('It must be the id of a Reward.');
    expect([text, json, wrong].flatMap(Object.values).join('')).not.toContain('SECRET');
  }, 60_000);
});
