/** What a panel says around its rows: of a board, and of a challenge. */
import { nextAnchor, phaseAt } from './challenge.js';
import { languages } from './strings.js';

/** @typedef {import('./subscription.js').About} About */
/** @typedef {import('./subscription.js').Season} Season */
/** @typedef {ReturnType<typeof createWords>} Words */

/**
 * @param {import('./texts.js').Texts} texts
 * @param {import('./strings.js').Strings} strings
 */
export function createWords(texts, strings) {
  /** @param {import('./subscription.js').Challenge} challenge @param {number | undefined} now */
  function countdown(challenge, now) {
    const next = nextAnchor(challenge, now);
    return next === undefined ? '' : strings.countdown[next.what](texts.countdown(next.inMs));
  }
  /** @param {(count: string, one: boolean) => string} say @param {number} count */
  const counted = (say, count) => say(texts.number(count), count === 1);

  /** Boards that a program has from the start are called by their period. @param {Season} season */
  function titleOf({ leaderboard: { title, cadence } }) {
    return title === languages.en.cadence[cadence] ? strings.cadence[cadence] : title;
  }

  /**
   * E.g. `This week · until Sun 24:00`, in the program's time zone. The title is not repeated.
   * @param {Season} season
   * @param {number} now
   */
  function periodOf(season, now) {
    const { cadence, timeZone } = season.leaderboard;
    const isOnce = cadence === 'ALL_TIME' && season.endsAt !== null;
    const name = isOnce ? '' : strings.cadence[cadence];
    return [name === titleOf(season) ? '' : name, stateOf(season, now, timeZone)];
  }

  /** The clock is ahead of the news, but that it is final the server says. @param {Season} season @param {number} now @param {string} timeZone */
  function stateOf({ startsAt, endsAt, state }, now, timeZone) {
    /** @param {string} at */
    const when = (at) => texts.instant(new Date(at), now, timeZone);
    if (state === 'FROZEN') return strings.phases.FROZEN;
    if (startsAt !== null && Date.parse(startsAt) > now) return strings.from(when(startsAt));
    if (endsAt === null) return '';
    return Date.parse(endsAt) > now ? strings.until(when(endsAt)) : strings.phases.CLOSING;
  }

  /** @param {import('./subscription.js').Challenge} challenge */
  function targetOf({ goal, target }) {
    if (goal === 'RANKING' || target === null) return '';
    return strings.target[goal](texts.number(target));
  }

  return {
    /** @param {About} about */
    title: (about) => (about.kind === 'board' ? titleOf(about.season) : about.challenge.title),

    /**
     * The line below the title: the period of a board; the phase of a challenge, and what is next.
     * @param {About} about
     * @param {number | undefined} now  By the server's clock.
     */
    period(about, now) {
      if (about.kind === 'board') return joined(periodOf(about.season, now ?? Date.now()));
      const { challenge } = about;
      return joined([strings.phases[phaseAt(challenge, now)], countdown(challenge, now)]);
    },

    /** How many take part, and for what score. @param {About} about */
    participants(about) {
      if (about.kind === 'board') return counted(strings.participants, about.season.participants);
      const { kind, teamsCount, participantsCount } = about.challenge;
      const teams = kind === 'TEAM' ? counted(strings.teams, teamsCount) : '';
      const members = counted(strings.participants, participantsCount);
      return joined([targetOf(about.challenge), teams, members]);
    },

    /** In place of rows, where there are none. @param {About} about @param {number | undefined} now */
    empty(about, now) {
      if (about.kind === 'board') {
        const { startsAt, leaderboard } = about.season;
        const at = now ?? Date.now();
        const isAhead = startsAt !== null && Date.parse(startsAt) > at;
        return isAhead ? stateOf(about.season, at, leaderboard.timeZone) : strings.empty;
      }
      const { phase, cancelReason } = about.challenge;
      if (phase === 'CANCELLED') {
        return cancelReason ? strings.calledOff(cancelReason) : strings.phases.CANCELLED;
      }
      const next = nextAnchor(about.challenge, now)?.what;
      const isAhead = next === 'opens' || next === 'closes' || next === 'starts';
      return (isAhead && countdown(about.challenge, now)) || strings.empty;
    },

    /** @param {import('./subscription.js').Topic} topic */
    unknown: ({ kind, key }) =>
      kind === 'board' ? strings.unknownBoard(key) : strings.unknownChallenge(key),

    /** What is read aloud of who is at the top. @param {About} about @param {import('./subscription.js').Standing} first */
    leader(about, { name, score, prize }) {
      const news =
        prize === undefined
          ? strings.leads(name, texts.number(score))
          : strings.wins(name, texts.number(prize));
      return strings.ofBoard(this.title(about), news);
    },
  };
}

/** @param {readonly string[]} parts */
const joined = (parts) => parts.filter((part) => part !== '').join(' · ');
