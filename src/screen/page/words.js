/** What a panel says around its rows: of a board, and of a challenge. */
import { nextAnchor, phaseAt } from './challenge.js';

/** @typedef {import('./subscription.js').About} About */
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

  return {
    /** @param {About} about */
    title: (about) =>
      about.kind === 'board' ? about.season.leaderboard.title : about.challenge.title,

    /**
     * The line below the title: the period of a board; the phase of a challenge, and what is next.
     * @param {About} about
     * @param {number | undefined} now  By the server's clock.
     */
    period(about, now) {
      if (about.kind === 'board') return texts.period(about.season, strings, now ?? Date.now());
      const { challenge } = about;
      const phase = strings.phases[phaseAt(challenge, now)];
      return [phase, countdown(challenge, now)].filter((part) => part !== '').join(' · ');
    },

    /** How many take part. @param {About} about */
    participants(about) {
      if (about.kind === 'board') return counted(strings.participants, about.season.participants);
      const { kind, teamsCount, participantsCount } = about.challenge;
      const members = counted(strings.participants, participantsCount);
      return kind === 'TEAM' ? `${counted(strings.teams, teamsCount)} · ${members}` : members;
    },

    /** In place of rows, where there are none. @param {About} about @param {number | undefined} now */
    empty(about, now) {
      if (about.kind === 'board') return strings.empty;
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
