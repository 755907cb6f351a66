/** What is wrong with badges, and what may be. */
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { parsed } from './least.ts';
import { levels, other, problems, warnings } from './publishing.ts';

const badge = (criterion: unknown, more: object = {}) => ({ title: 'Badge', criterion, ...more });
const total = { checkIns: { total: 3 } };
const points = { points: { lifetime: 100 } };
const share = { activities: { type: 'share', count: 2 } };
const past = { countsPast: true };

describe('a definition of a badge', () => {
  it.each([
    [
      { checkIns: { total: 0 } },
      ['criterion.checkIns.total: must be a whole number from 1 to 36600'],
    ],
    [{ streak: { days: 3_661 } }, ['criterion.streak.days: must be a whole number from 1 to 3660']],
    [{ points: { lifetime: 0 } }, ['criterion.points.lifetime: must be greater than 0']],
    [
      { activities: { type: 'a b', count: 10_001 } },
      [
        'criterion.activities.type: must be 1 to 64 letters, digits, ".", "_" or "-"',
        'criterion.activities.count: must be a whole number from 1 to 10000',
      ],
    ],
    [{ task: {} }, ['criterion.task.key: is missing']],
    [
      { season: { leaderboard: 'weekly', top: 101 } },
      ['criterion.season.top: must be a whole number from 1 to 100'],
    ],
    [{ challenge: {} }, ['criterion.challenge: must be `finished: true` or `top`']],
    [{ challenge: { finished: false } }, ['criterion.challenge.finished: must be true']],
    [
      { challenge: { finished: true, top: 1 } },
      ['criterion.challenge: has both `finished` and `top`: must be `finished: true` or `top`'],
    ],
    [
      { ...total, ...points },
      [
        'criterion: has both `checkIns` and `points`: must be one of `checkIns`, `streak`, ' +
          '`points`, `activities`, `task`, `season` and `challenge`',
      ],
    ],
  ])('refuses %j', (criterion, expected) => {
    expect(parsed('BADGE', badge(criterion))).toEqual(expected);
  });

  it.each([
    ['http://example.com/a.png', false],
    [`https://example.com/${'a'.repeat(1_981)}`, false],
    ['https://example.com/a.png', true],
  ])('takes a picture of an https address alone: %s', (imageUrl, ok) => {
    const says = ['imageUrl: must be an https address of at most 2,000 characters'];
    const found = parsed('BADGE', badge(total, { imageUrl }));
    if (ok) expect(found).toMatchObject({ imageUrl, countsPast: false });
    else expect(found).toEqual(says);
  });
});

describe('publishProblems of a badge', () => {
  const boards = [
    { key: 'weekly', ends: true },
    { key: 'all-time', ends: false },
  ];
  const daily = { title: 'T', trigger: { on: 'CHECK_IN' }, target: { count: 1 }, points: 0 };

  it.each([
    [badge(total, past), []],
    [badge(share), []],
    [badge(share, past), ['countsPast: activities are counted from the start on: leave it out']],
    [badge(points, past), []],
    [badge(points), ['countsPast: must be true: lifetime points are all that were ever earned']],
    [
      badge(points, { ...past, lastDate: '2026-06-01' }),
      ['lastDate: lifetime points are all that were ever earned: leave it out'],
    ],
    [
      badge(total, { lastDate: '2026-05-09' }),
      ['lastDate: 2026-05-09 is over: today is 2026-05-10'],
    ],
    [
      badge(total, { audience: { tiers: ['gold'] } }),
      ['audience.tiers.0: there is no tier gold: there are bronze, silver'],
    ],
    [badge({ task: { key: 'daily' } }), []],
    [
      badge({ task: { key: 'none' } }),
      ['criterion.task.key: there is no task none in force or scheduled in that time'],
    ],
    [badge({ season: { leaderboard: 'weekly', top: 3 } }), []],
    [
      badge({ season: { leaderboard: 'none', top: 3 } }),
      ['criterion.season.leaderboard: there is no leaderboard none'],
    ],
    [
      badge({ season: { leaderboard: 'all-time', top: 3 } }),
      ['criterion.season.leaderboard: the season of all-time never ends: nobody wins it'],
    ],
  ])('%j: %j', (json, expected) => {
    const tasks = [other('TASK', 'daily', daily)];
    expect(problems('BADGE', json, { boards, tasks })).toEqual(expected);
  });

  it('refuses one too many', () => {
    const badges = Array.from({ length: limits.programBadgesMax }, (_, at) =>
      other('BADGE', `b${at}`, badge(total)),
    );
    expect(problems('BADGE', badge(total), { badges: badges.slice(1) })).toEqual([]);
    expect(problems('BADGE', badge(total), { badges })).toEqual([
      'definition: a program has at most 200 badges in force: retire one',
    ]);
  });

  it('refuses tiers that leave one without its audience', () => {
    const badges = [other('BADGE', 'silvers', badge(total, { audience: { tiers: ['silver'] } }))];
    expect(problems('TIERS', levels(['bronze', 0]), { badges })).toEqual([
      'levels: badge silvers is for silver members: keep that level, or retire it first',
    ]);
  });
});

describe('warnings of a badge', () => {
  it('tell of types and tags that nobody has, and of days that are not judged', () => {
    const json = badge(share, { audience: { tags: ['vip'] }, firstDate: '2026-05-10' });
    const strange = { strangeTypes: ['share'], strangeTags: ['vip'] };
    expect(warnings('BADGE', json, {}, strange).map((one) => one.split(':')[0])).toEqual([
      ...['criterion.activities', 'firstDate', 'audience.tags'],
    ]);
    expect(warnings('BADGE', badge(total, { ...past, firstDate: '2026-05-10' }))).toEqual([]);
  });
});
