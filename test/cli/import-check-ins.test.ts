import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { expectedOf, shuffled } from './expected.ts';
import {
  type CliRun,
  checkInsFile,
  documentOf,
  hasSharedFile,
  importWithin,
  makeFolder,
  runCli,
  sql,
  type TestFolder,
  verifyWithin,
} from './support.ts';

let database: TestDatabase;
let folder: TestFolder;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await makeFolder();
});
afterAll(async () => {
  await folder.remove();
  await database.drop();
});

const newProgram = (key: string) =>
  runCli(database.url, ['program', 'create', '--key', key, '--name', key, '--zone', 'Europe/Rome']);
const topScores = async (program: string) =>
  (
    await sql<{ score: string }>(
      database.url,
      `select t.score from standing t join season s on s.id = t.season_id
       join leaderboard b on b.id = s.leaderboard_id join program p on p.id = b.program_id
       where p.key = '${program}' and b.key = 'all-time'
       order by t.score desc, t.reached_at, t.member_id limit 3`,
    )
  ).map(({ score }) => Number(score));

describe('the check-ins of a climbing gym', () => {
  let expected: ReturnType<typeof expectedOf>;
  let dryRun: CliRun;
  let run: CliRun;
  const args = (key: string) => ['import', 'check-ins', checkInsFile, '--program', key, '--json'];

  beforeAll(async () => {
    expected = expectedOf(await readFile(checkInsFile, 'utf8'), 'Europe/Rome');
    await newProgram('gym');
    dryRun = await runCli(database.url, [...args('gym'), '--dry-run']);
    run = await runCli(database.url, args('gym'));
  }, 120_000);

  it.runIf(hasSharedFile)('are as many as they are known to be', () => {
    expect(expected).toMatchObject({
      rows: 4_857,
      accepted: 3_604,
      duplicates: 1_253,
      membersEnrolled: 942,
    });
    expect(expected.topTotals).toEqual([4_055, 3_130, 2_515]);
  });

  it('come out as worked out by other means, also in a dry run before', () => {
    const { topTotals, ...counts } = expected;
    for (const { code, stderr, stdout } of [dryRun, run]) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({ ...counts, rejected: 0, rejections: [] });
    }
    expect(documentOf(dryRun).dryRun).toBe(true);
  });

  it('are on the boards when the command returns', async () => {
    expect(await topScores('gym')).toEqual(expected.topTotals);
  });

  it('verify', async () => {
    const { code, stdout, stderr } = await runCli(database.url, ['verify', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      members: expected.membersEnrolled,
      checkIns: expected.accepted,
      membersUnread: 0,
    });
  });

  it('change nothing when they come again', async () => {
    const before = await sql(database.url, 'select * from account order by member_id');
    const again = documentOf(await runCli(database.url, args('gym')));
    expect(again).toMatchObject({
      ...{ rows: expected.rows, accepted: 0, duplicates: expected.rows, rejected: 0 },
      ...{ membersEnrolled: 0, pointsAwarded: 0 },
    });
    expect(await sql(database.url, 'select * from account order by member_id')).toEqual(before);
  });

  it('give the same totals in any order', async () => {
    await newProgram('mixed');
    const [header = '', ...lines] = (await readFile(checkInsFile, 'utf8')).trim().split('\n');
    const file = await folder.write('mixed.csv', [header, ...shuffled(lines)].join('\n'));
    const { ok, report } = await importWithin(database.url, file, { program: 'mixed' });
    const { topTotals, ...counts } = expected;
    expect(ok).toBe(true);
    expect(report).toMatchObject(counts);
    expect(await topScores('mixed')).toEqual(topTotals);
    expect((await verifyWithin(database.url)).problems).toEqual([]);
  }, 60_000);
});

describe('a dirty file in no order', () => {
  const spoilt = [
    ...['nobody', '"open,2017-01-01T08:00:00Z', ',2017-01-01T08:00:00Z', 'x,2017-13-01T08:00:00Z'],
    ...['x,2017-01-01T08:00:00', 'x,2017-01-01T08:00:00Z,more', 'ahead,2100-01-01T00:00:00Z'],
  ];
  const file = async () => {
    const [header = '', ...lines] = (await readFile(checkInsFile, 'utf8')).trim().split('\n');
    const some = shuffled([...lines.slice(0, 600), ...lines.slice(0, 40), ...spoilt]);
    return folder.write('dirty.csv', [header, ...some].join('\r\n'));
  };

  it.each([
    ['rising', '[10,15,20,25,30,35,40]', 'HOLD'],
    ['looping', '[5,10,20]', 'LOOP'],
    ['falling', '[30,0,10]', 'HOLD'],
    ['paying nothing', '[0]', 'LOOP'],
  ])(
    'comes out as the dry run says, with a %s ladder',
    async (name, ladder, end) => {
      const program = `dirty-${name.replaceAll(' ', '-')}`;
      await newProgram(program);
      const where = `program_id = (select id from program where key = '${program}')`;
      await sql(
        database.url,
        `update rule_version set ends_at = starts_at + interval '1 s'
         where rule_id = (select id from rule where ${where})`,
        `insert into rule_version (rule_id, version, definition, starts_at, created_at, created_by,
           published_at, published_by)
         select id, 2, jsonb_build_object('ladder', '${ladder}'::jsonb, 'ladderEnd', '${end}'),
           '1970-01-01T00:00:01Z', now(), 'test', now(), 'test' from rule where ${where}`,
      );
      const [header = '', ...lines] = (await readFile(checkInsFile, 'utf8')).trim().split('\n');
      // Some members are there before, with a past that the file goes on from, and fills gaps of.
      const earlier = await folder.write(
        'earlier.csv',
        [header, ...lines.slice(200, 260)].join('\n'),
      );
      await importWithin(database.url, earlier, { program });
      const rowsBefore = await sql(database.url, `select count(*) from check_in where ${where}`);

      const dry = await importWithin(database.url, await file(), { program, dryRun: true });
      expect(await sql(database.url, `select count(*) from check_in where ${where}`)).toEqual(
        rowsBefore,
      );
      const real = await importWithin(database.url, await file(), { program });
      const {
        seconds: _a,
        rowsPerSecond: _b,
        dryRun: _c,
        ...said
      } = dry.report as never as Record<string, unknown>;
      expect(real.report).toMatchObject(said);
      expect(real.report.rejected).toBe(spoilt.length);
      expect(real.report.rows).toBe(640 + spoilt.length);
      expect([dry.ok, real.ok]).toEqual([false, false]);
      expect((await verifyWithin(database.url, { program })).problems).toEqual([]);
    },
    60_000,
  );

  it('gives the same answer when the balance has no room left', async () => {
    await newProgram('full');
    const lines = ['a,2017-01-01T08:00:00Z', 'a,2017-01-02T08:00:00Z', 'a,2017-01-02T09:00:00Z'];
    const content = ['memberExternalId,occurredAt', ...lines].join('\n');
    const first = await folder.write('first.csv', content.split('\n').slice(0, 2).join('\n'));
    await importWithin(database.url, first, { program: 'full' });
    // 12 points below the limit: day 1 of a run fits, day 2 does not.
    await sql(
      database.url,
      `update account set lifetime_earned = 9007199254740991 - 12 where program_id =
         (select id from program where key = 'full')`,
    );
    const full = await folder.write('full.csv', `${content}\na,2017-02-02T09:00:00Z`);
    const dry = await importWithin(database.url, full, { program: 'full', dryRun: true });
    const real = await importWithin(database.url, full, { program: 'full' });
    const wanted = { accepted: 1, duplicates: 1, rejected: 2, pointsAwarded: 10 };
    expect(dry.report).toMatchObject(wanted);
    expect(real.report).toMatchObject(wanted);
    expect(dry.report.rejections).toEqual(real.report.rejections);
  }, 60_000);
});

it('takes every row although its connections are cut again and again', async () => {
  await newProgram('cut');
  const expected = expectedOf(await readFile(checkInsFile, 'utf8'), 'Europe/Rome');
  let done = false;
  const importing = importWithin(database.url, checkInsFile, { program: 'cut' }).finally(() => {
    done = true;
  });
  let cuts = 0;
  for (let round = 0; round < 12 && !done; round += 1) {
    // Once the first rows are there: an import that cannot even begin says so and ends.
    const [cut] = await sql<{ cuts: string }>(
      database.url,
      `select count(pg_terminate_backend(pid)) as cuts from pg_stat_activity
       where application_name = 'tallymark' and datname = current_database()
         and exists (select from check_in where program_id =
                       (select id from program where key = 'cut'))`,
    );
    cuts += Number(cut?.cuts);
    if (cuts === 0) round = 0;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  const { report } = await importing;
  expect(cuts).toBeGreaterThan(0);
  // A row whose COMMIT was cut may be met as a duplicate when it is tried again.
  expect(report.accepted + report.duplicates).toBe(expected.rows);
  expect(report.rejected).toBe(0);
  expect(await topScores('cut')).toEqual(expected.topTotals);
  const verified = await verifyWithin(database.url, { program: 'cut' });
  expect(verified).toMatchObject({ ok: true, report: { checkIns: expected.accepted } });
}, 120_000);

describe('exit codes', () => {
  const rejects = () =>
    folder.write('rejects.csv', 'memberExternalId,occurredAt\na,2017-01-01T08:00:00Z\nb,never\n');

  it('is 1 when lines were rejected, unless that is allowed', async () => {
    await newProgram('codes');
    const args = ['import', 'check-ins', await rejects(), '--program', 'codes'];
    const run = await runCli(database.url, args);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('2 rows: 1 accepted, 0 duplicates, 1 rejected');
    expect(run.stdout).toMatch(/^line 3: occurredAt: must be an instant/m);
    expect(run.stderr).toMatch(/^tallymark: .*rejects.csv: 1 of 2 rows were rejected\n$/);
    const allowed = await runCli(database.url, [...args, '--allow-rejects', '--json']);
    expect({ ...allowed, stdout: '' }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(documentOf(allowed)).toMatchObject({ rejected: 1, rejections: [{ line: 3 }] });
  }, 60_000);

  it.each([
    ['an unknown program', ['rejects.csv', '--program', 'nope'], 'there is no program "nope"'],
    ['no file', ['none.csv', '--program', 'codes'], 'none.csv: there is no such file'],
    ['a folder', ['.', '--program', 'codes'], 'is a folder, not a file'],
  ])('is 1 for %s, with one line', async (_case, [name = '', ...flags], message) => {
    await rejects();
    const file = `${folder.path}/${name}`;
    const run = await runCli(database.url, ['import', 'check-ins', file, ...flags]);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 1, stdout: '' });
    expect(run.stderr).toContain(message);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  });
});
