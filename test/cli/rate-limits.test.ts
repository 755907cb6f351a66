import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestOf, push } from '../operations/support.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { documentOf, runCli } from './support.ts';

let test: TestApp;
let program: TestProgram;
beforeAll(async () => {
  bePatient();
  test = await createTestApp();
  program = await createTestProgram(test.app);
});
afterAll(() => test.close());

const run = (...args: string[]) =>
  runCli(test.databaseUrl, ['program', 'rate-limit', '--program', program.key, ...args]);
const limitOf = async (key: string) =>
  (await test.ask(key, '{ rateLimit { limit } }')).data.rateLimit.limit;

describe('tallymark program rate-limit', () => {
  it('sets what callers of a role may spend, and takes it away', async () => {
    const set = await run('--role', 'service', '--per-second', '10', '--burst', '70', '--json');
    expect(documentOf(set)).toMatchObject({
      ...{ program: program.key, holder: 'SERVICE', limit: { perSecond: 10, burst: 70 } },
    });
    expect(await limitOf(program.keys.service)).toBe(70);
    const taken = await run('--role', 'SERVICE', '--default');
    expect([taken.code, taken.stdout]).toEqual([0, 'SERVICE: as if none had been set\n']);
    await expect.poll(() => limitOf(program.keys.service), { timeout: 6_000 }).toBeGreaterThan(70);
  });

  it('shows what holds, and says which operations of a client are too dear for it', async () => {
    const text =
      'query Board { leaderboard(key: "weekly") { season { standings(first: 100) { nodes { rank } } } } }';
    await push(test, program, 'till', manifestOf(text));
    const set = await run('--client', 'till', '--per-second', '5', '--burst', '40');
    expect(set.code).toBe(0);
    expect(set.stderr).toMatch(/Board costs up to \d+: it will be refused/);
    const { stdout } = await run();
    expect(stdout).toContain('MEMBER: 500 units a second, 20,000 at once, by default\n');
    expect(stdout).toContain('client till: 5 units a second, 40 at once\n');
  });

  it.each([
    ['whose', ['--default']],
    ['one of two', ['--role', 'MEMBER', '--client', 'app', '--default']],
    ['a role', ['--role', 'NOBODY', '--default']],
    ['how much', ['--role', 'MEMBER', '--per-second', '5']],
    ['either', ['--role', 'MEMBER', '--per-second', '5', '--burst', '9', '--default']],
    ['a burst of a second', ['--role', 'MEMBER', '--per-second', '5', '--burst', '4']],
    ['a number', ['--role', 'MEMBER', '--per-second', '0.5', '--burst', '4']],
    ['a client', ['--client', 'nobody', '--per-second', '5', '--burst', '9']],
  ])('wants %s, and says so in one line', async (_what, args) => {
    const { code, stderr } = await run(...args);
    expect(code, stderr).toBe(1);
    expect(stderr.split('\n').length, stderr).toBe(2);
  });
});
