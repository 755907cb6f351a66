/** Ranks, pages and neighbours (S64, S65, S70, S71), and reading one's own writes. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { brief, earn, furnish, operate, type Place, place, standings } from './board.ts';

const clock = new FakeClock('2026-05-06T12:00:00Z');
let test: TestApp;
let program: TestProgram;

beforeAll(async () => {
  test = await createTestApp({ clock });
});
afterAll(() => test.close());
beforeEach(async () => {
  program = await createTestProgram(test.app);
});

const at = (minute: number) => `2026-05-06T11:${String(minute).padStart(2, '0')}:00Z`;

describe('ranks', () => {
  it('are shared by equal scores (1, 2, 2, 4), listed by who was there first', async () => {
    await furnish(test, program, ['ada', 'bob', 'cyd', 'dot', 'eve']);
    await earn(test, program, 'dot', 1, at(0));
    await earn(test, program, 'ada', 5, at(1));
    await earn(test, program, 'cyd', 2, at(3));
    const after = await earn(test, program, 'bob', 2, at(2));
    expect(brief(await standings(test, program, { after }))).toEqual([
      '1 ada 5',
      '2 bob 2',
      '2 cyd 2',
      '4 dot 1',
    ]);
  });

  it('go by the newest fact of a score, whatever order the facts came in', async () => {
    await furnish(test, program, ['ada', 'bob']);
    await earn(test, program, 'bob', 1, at(9)); // 3 since minute 9,
    await earn(test, program, 'bob', 2, at(1));
    await earn(test, program, 'ada', 2, at(8)); // 3 since minute 8.
    const after = await earn(test, program, 'ada', 1, at(7));
    const places = await standings(test, program, { after });
    expect(brief(places)).toEqual(['1 ada 3', '1 bob 3']);
    expect(places.map(({ reachedAt }) => reachedAt)).toEqual([
      '2026-05-06T11:08:00.000Z',
      '2026-05-06T11:09:00.000Z',
    ]);
  });

  it('fall to the order of enrolment only when all else is equal', async () => {
    await furnish(test, program, ['zoe', 'ada']);
    await earn(test, program, 'ada', 5, at(0));
    const after = await earn(test, program, 'zoe', 5, at(0));
    expect(brief(await standings(test, program, { after }))).toEqual(['1 zoe 5', '1 ada 5']);
  });

  it('count what rules paid: not spending, not adjustments', async () => {
    await furnish(test, program, ['ada', 'bob']);
    await earn(test, program, 'ada', 5);
    await earn(test, program, 'bob', 2);
    const data = await operate(
      test,
      program,
      `mutation {
      adjustPoints(input: {member: {externalId: "bob"}, amount: 1000, reason: "gift"}) {
        ... on AdjustPointsPayload { position } }
      createReward(input: {title: "Mug", price: 4}) { ... on CreateRewardPayload { reward { id } } } }`,
    );
    const bought = await operate(
      test,
      program,
      `mutation {
      redeemReward(input: {member: {externalId: "ada"}, rewardId: "${data.createReward.reward.id}"}) {
        ... on RedeemRewardPayload { position } } }`,
    );
    const after = bought.redeemReward.position;
    expect(brief(await standings(test, program, { after }))).toEqual(['1 ada 5', '2 bob 2']);
  });
});

describe('pages', () => {
  const members = Array.from({ length: 23 }, (_, n) => `m${n}`);

  async function fill(): Promise<void> {
    await furnish(test, program, members);
    let after = 0;
    for (const [n, id] of members.entries()) {
      const points = ([1, 2, 5] as const)[n % 3] ?? 1;
      after = await earn(test, program, id, points, at(n % 7));
    }
    await standings(test, program, { after });
  }

  type Page = {
    asOfVersion: number;
    totalCount: number;
    nodes: Place[];
    edges: { cursor: string }[];
    pageInfo: {
      hasNextPage: boolean;
      hasPreviousPage: boolean;
      startCursor: string;
      endCursor: string;
    };
  };
  const page = async (first: number, after?: string): Promise<Page> => {
    const cursor = after === undefined ? '' : `, after: "${after}"`;
    const data = await operate(
      test,
      program,
      `{ leaderboard(key: "all-time") { season {
      standings(first: ${first}${cursor}) { asOfVersion totalCount nodes { ${place} } edges { cursor }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }`,
    );
    return data.leaderboard.season.standings;
  };

  it.each([1, 2, 5, 22, 23])('of %d walk through everybody once, ranks and all', async (size) => {
    await fill();
    const whole = await page(100);
    expect(whole.nodes).toHaveLength(members.length);
    const walked: Place[] = [];
    let after: string | undefined;
    for (let n = 0; n <= members.length; n += 1) {
      const got = await page(size, after);
      expect(got.asOfVersion).toBe(whole.asOfVersion);
      expect(got.totalCount).toBe(members.length);
      expect(got.pageInfo.hasPreviousPage).toBe(n > 0);
      expect(got.pageInfo.startCursor).toBe(got.edges[0]?.cursor);
      expect(got.pageInfo.endCursor).toBe(got.edges.at(-1)?.cursor);
      walked.push(...got.nodes);
      after = got.pageInfo.endCursor;
      if (!got.pageInfo.hasNextPage) break;
    }
    expect(walked).toEqual(whole.nodes);
  });

  it('show the same places as a look around, at both ends and between', async () => {
    await fill();
    const { nodes } = await page(100);
    for (const [index, { member }] of nodes.entries()) {
      const data = await operate(
        test,
        program,
        `{ leaderboard(key: "all-time") { season {
        around(member: {externalId: "${member.externalId}"}, radius: 3) { ${place} }
        none: around(member: {externalId: "${member.externalId}"}, radius: 0) { ${place} }
        standing(member: {externalId: "${member.externalId}"}) { ${place} } } } }`,
      );
      const { around, none, standing } = data.leaderboard.season;
      expect(around).toEqual(nodes.slice(Math.max(0, index - 3), index + 4));
      expect(none).toEqual([nodes[index]]);
      expect(standing).toEqual(nodes[index]);
    }
  });

  it('say by their version when the board moved between two of them', async () => {
    await fill();
    const first = await page(5);
    await standings(test, program, { after: await earn(test, program, 'm0', 5) });
    const second = await page(5, first.pageInfo.endCursor);
    expect(second.asOfVersion).toBeGreaterThan(first.asOfVersion);
  });

  it('of an empty board are empty, and whoever has no place has none', async () => {
    await furnish(test, program, ['ada']);
    const empty = await page(10);
    expect(empty).toMatchObject({
      nodes: [],
      totalCount: 0,
      pageInfo: { hasNextPage: false, endCursor: null },
    });
    const data = await operate(
      test,
      program,
      `{ leaderboard(key: "daily") { season {
      standing(member: {externalId: "ada"}) { rank } around(member: {externalId: "ada"}) { rank }
      nobody: standing(member: {externalId: "nobody"}) { rank } } } }`,
    );
    expect(data.leaderboard.season).toEqual({ standing: null, around: [], nobody: null });
  });
});

describe('after: position', () => {
  it('includes the write, 100 times in a row', async () => {
    await furnish(test, program, ['ada']);
    for (let n = 1; n <= 100; n += 1) {
      const after = await earn(test, program, 'ada', 1);
      expect(brief(await standings(test, program, { after, key: 'daily' }))).toEqual([
        `1 ada ${n}`,
      ]);
    }
  });

  it('includes the writes of many at once', async () => {
    const members = Array.from({ length: 40 }, (_, n) => `m${n}`);
    await furnish(test, program, members);
    await Promise.all(
      members.map(async (id) => {
        const after = await earn(test, program, id, 5);
        const places = await standings(test, program, { after });
        expect(places.map(({ member }) => member.externalId)).toContain(id);
      }),
    );
  });

  it.each([0, -1, 9_007_199_254_740_991])('refuses %d, which is no event', async (after) => {
    const { errors } = await test.ask(
      program.keys.screen,
      `{ leaderboard(key: "daily", after: ${after}) { id } }`,
    );
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'after' });
  });
});
