/** What panels say of their boards: titles, periods, and what is won by a score. */
import { describe, expect, it } from 'vitest';
import { loadStrings, loadTexts, loadWords } from './page-modules.ts';

const { languages } = await loadStrings();
const { createTexts } = await loadTexts();
const { createWords } = await loadWords();

const NOW = Date.parse('2026-11-20T10:00:00Z'); // A Friday.

describe.each(['en', 'zh'] as const)('a board in %s', (language) => {
  const words = createWords(createTexts(language), languages[language]);
  const said = language === 'en' ? 0 : 1;
  const board = (season: object, leaderboard: object = {}) => ({
    kind: 'board',
    season: {
      ...{ startsAt: null, endsAt: null, state: 'ACTIVE', participants: 1, ...season },
      leaderboard: { title: 'Spring cup', cadence: 'ALL_TIME', timeZone: 'UTC', ...leaderboard },
    },
  });
  const period = (season: object, leaderboard?: object) =>
    words.period(board(season, leaderboard), NOW);

  it('is called by its period when it has no title of its own', () => {
    const weekly = { title: 'This week', cadence: 'WEEKLY' };
    expect(words.title(board({}, weekly))).toBe(['This week', '本周'][said]);
    expect(words.title(board({}, { cadence: 'WEEKLY' }))).toBe('Spring cup');
    const endsAt = '2026-11-23T00:00:00Z';
    expect(period({ endsAt }, weekly)).toBe(['until Sun 24:00', '至 周日 24:00'][said]);
    expect(period({ endsAt }, { cadence: 'WEEKLY' })).toBe(
      ['This week · until Sun 24:00', '本周 · 至 周日 24:00'][said],
    );
    expect(period({})).toBe(['All time', '总榜'][said]);
  });

  it('says when it begins, that it is being counted, and that it is final', () => {
    const once = { startsAt: '2026-11-21T08:00:00Z', endsAt: '2026-11-22T08:00:00Z' };
    const scheduled = board({ ...once, state: 'SCHEDULED' });
    const starts = ['starts Sat 08:00', '周六 08:00 开始'][said];
    expect(words.period(scheduled, NOW)).toBe(starts);
    expect(words.empty(scheduled, NOW)).toBe(starts);
    const [startsAt, endsAt] = ['2026-11-01T00:00:00Z', '2026-11-20T09:00:00Z'];
    // The clock knows before the server says so.
    const counting = ['Over, being counted', '已结束，统计中'][said];
    expect(period({ startsAt, endsAt })).toBe(counting);
    expect(period({ startsAt, endsAt, state: 'CLOSING' })).toBe(counting);
    expect(period({ startsAt, endsAt, state: 'FROZEN' })).toBe(['Final ranking', '最终排名'][said]);
    expect(words.empty(board({ startsAt }), NOW)).toBe(
      ['Nobody has scored yet', '还没有人得分'][said],
    );
  });

  it('tells the score that wins a challenge', () => {
    const contest = (challenge: object) =>
      words.participants({
        kind: 'challenge',
        challenge: { kind: 'TEAM', teamsCount: 2, participantsCount: 9, ...challenge },
      });
    const counts = ['2 teams · 9 participants', '2 支队伍 · 9 人参与'][said];
    expect(contest({ goal: 'RANKING', target: null })).toBe(counts);
    expect(contest({ goal: 'FIRST_TO_TARGET', target: 5000 })).toBe(
      `${['first to 5,000', '先达到 5,000'][said]} · ${counts}`,
    );
    expect(contest({ goal: 'EVERYONE_AT_TARGET', target: 10 })).toBe(
      `${['reach 10', '达到 10'][said]} · ${counts}`,
    );
  });
});
