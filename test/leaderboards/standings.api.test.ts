/** Ranks, pages and neighbours of a board, through the API (S64–S66, S70, S71). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { enrol, run } from '../support/commands.ts';
import { pays, setRule } from '../support/rules.ts';

type Row = { rank: number; score: number; reachedAt: string; member: { externalId: string } };
const row = 'rank score reachedAt member { externalId }';

let test: TestApp;
let program: TestProgram;
let position = 0;
const clock = new FakeClock('2026-06-10T08:00:00Z');

/** Pays `points` to a member, at a minute of the morning. */
async function earn(externalId: string, points: number, minute: number): Promise<void> {
  const payload = await run(test, program.keys.service, 'recordActivity', {
    member: { externalId },
    type: `pays-${points}`,
    occurredAt: new Date(Date.UTC(2026, 5, 10, 6, minute)).toISOString(),
  });
  position = payload.position;
}

async function season(fields: string, variables: object = {}, types = '') {
  const query = `query ($after: SafeInt ${types}) { leaderboard(key: "all-time", after: $after) {
    season { version participants ${fields} } } }`;
  const answer = await test.ask(program.keys.service, query, { after: position, ...variables });
  expect(answer.errors).toBeUndefined();
  return answer.data.leaderboard.season;
}

beforeAll(async () => {
  test = await createTestApp({ clock });
  program = await createTestProgram(test.app);
  for (const points of [5, 10, 20, 30]) {
    await setRule(test, program, `pays-${points}`, pays(`pays-${points}`, points));
  }
  for (const name of ['ann', 'bob', 'cid', 'dan', 'eve', 'fay']) {
    await enrol(test, program.keys.service, name);
  }
  await earn('bob', 20, 3);
  await earn('ann', 10, 5); // ann and cid tie at 20; cid got there first.
  await earn('cid', 20, 4);
  await earn('ann', 10, 6);
  await earn('dan', 30, 9);
  await earn('eve', 5, 1);
});
afterAll(() => test.close());

const expected = [
  [1, 30, 'dan'],
  [2, 20, 'bob'],
  [2, 20, 'cid'],
  [2, 20, 'ann'],
  [5, 5, 'eve'],
];
const brief = (rows: Row[]) =>
  rows.map(({ rank, score, member }) => [rank, score, member.externalId]);

describe('the order', () => {
  it('is by score, then who reached it first, ranks like 1, 2, 2, 2, 5', async () => {
    const { standings, participants } = await season(`standings { totalCount nodes { ${row} } }`);
    expect(brief(standings.nodes)).toEqual(expected);
    expect([standings.totalCount, participants]).toEqual([5, 5]);
    expect(standings.nodes[3].reachedAt).toBe('2026-06-10T06:06:00.000Z');
  });

  it('leaves out who has no score, and gives them no standing', async () => {
    const { standing, around } = await season(
      `standing(member: { externalId: "fay" }) { rank } around(member: { externalId: "fay" }) { rank }`,
    );
    expect([standing, around]).toEqual([null, []]);
  });

  it('counts what was earned, whatever was spent or adjusted', async () => {
    await run(test, program.keys.operator, 'adjustPoints', {
      member: { externalId: 'eve' },
      amount: 1000,
      reason: 'gift',
    });
    const reward = await run(test, program.keys.operator, 'createReward', {
      title: 'Pen',
      price: 20,
    });
    const bought = await run(test, program.keys.service, 'redeemReward', {
      member: { externalId: 'bob' },
      rewardId: reward.reward.id,
    });
    position = bought.position;
    const { standings } = await season(`standings { nodes { ${row} } }`);
    expect(brief(standings.nodes)).toEqual(expected);
  });
});

describe('pages', () => {
  it.each([1, 2, 3, 4])(
    'of %i walk the board: nobody twice, nobody missing, ranks kept',
    async (size) => {
      const walked: Row[] = [];
      const versions = new Set<number>();
      let cursor: string | null = null;
      do {
        const page: {
          nodes: Row[];
          asOfVersion: number;
          pageInfo: { hasNextPage: boolean; endCursor: string };
        } = (
          await season(
            `standings(first: $first, after: $cursor) { asOfVersion nodes { ${row} } pageInfo { hasNextPage endCursor } }`,
            { first: size, cursor },
            '$first: Int $cursor: String',
          )
        ).standings;
        walked.push(...page.nodes);
        versions.add(page.asOfVersion);
        cursor = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (cursor !== null);
      expect(brief(walked)).toEqual(expected);
      expect(versions.size).toBe(1);
    },
  );
});

describe('neighbours', () => {
  it.each([
    ['dan', 1, [0, 2]],
    ['dan', 50, [0, 5]],
    ['cid', 1, [1, 4]],
    ['cid', 0, [2, 3]],
    ['ann', 2, [1, 5]],
    ['eve', 2, [2, 5]],
  ] as const)(
    'of %s within %i are the same rows as on the page',
    async (name, radius, [from, to]) => {
      const { around } = await season(
        `around(member: { externalId: $name }, radius: $radius) { ${row} }`,
        { name, radius },
        '$name: String! $radius: Int!',
      );
      expect(brief(around)).toEqual(expected.slice(from, to));
    },
  );

  it('are a member token’s own without naming anybody', async () => {
    const answer = await test.ask(
      await program.token('cid'),
      `{ leaderboard(key: "all-time") { season { standing { ${row} } around(radius: 1) { ${row} } } } }`,
    );
    expect(brief([answer.data.leaderboard.season.standing])).toEqual([expected[2]]);
    expect(brief(answer.data.leaderboard.season.around)).toEqual(expected.slice(1, 4));
  });
});

describe('reading one’s own writes', () => {
  it('waits until the board includes the position', async () => {
    await enrol(test, program.keys.service, 'gus');
    for (let score = 5; score <= 150; score += 5) {
      await earn('gus', 5, 20);
      const { standing } = await season('standing(member: { externalId: "gus" }) { score }');
      expect(standing.score).toBe(score);
    }
  });

  it.each([0, -1, 2 ** 52])('refuses %d, which is no position', async (after) => {
    const answer = await test.ask(
      program.keys.service,
      `{ leaderboard(key: "all-time", after: ${after}) { key } }`,
    );
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'after',
    });
  });
});
