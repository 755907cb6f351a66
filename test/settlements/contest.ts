/** Seasons with prizes, as their tests use them: scores, the freeze, and what came of it. */
import { expect } from 'vitest';
import type { Economy } from '../economy/api.ts';
import { counted, make, send } from '../leaderboards/boards.ts';

/** A Tuesday in Rome, and the end of its week. */
export const TUESDAY = '2026-03-10T12:00:00Z';
export const SUNDAY = '2026-03-15T23:00:00Z';

/** Prizes of 100, 60, 60 and 10. */
export const bands = [
  { from: 1, to: 1, points: 100 },
  { from: 2, to: 3, points: 60 },
  { from: 4, to: 4, points: 10 },
];

/** A weekly board of shared values, with prizes, that is frozen as soon as its week is over. */
export const contest = (eco: Economy, prizes: object | undefined, more: object = {}) =>
  make(eco, {
    ...{ metric: 'ACTIVITY_VALUE', activityType: 'share', settleDelayMinutes: 0 },
    ...{ title: 'Sharers', ...(prizes && { prizes }) },
    ...more,
  });

/** Enrols members with scores; who is named first reached theirs first. */
export async function score(eco: Economy, scores: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, value] of Object.entries(scores)) {
    await eco.enrol(name);
    await eco.act(name, 'share', { value });
    eco.clock.advance(1_000);
  }
}

/** Ends the week and freezes its season; nothing is settled yet. */
export async function freeze(eco: Economy, at = SUNDAY): Promise<void> {
  await counted(eco.test.app);
  eco.clock.set(at);
  await eco.job('freezeSeasons');
}

/** Freezes and settles. */
export async function settle(eco: Economy, at = SUNDAY): Promise<void> {
  await freeze(eco, at);
  await eco.job('settleSeasons');
}

const fields = `state startedAt publishedAt version ranked planned paid prizes { budget ties each
    bands { from to points } }
  winners(first: 100) { edges { node {
    place rank score points teamName member { displayName } } } }
  payouts(first: 100) { edges { node {
    place points state entrySeq member { displayName } } } }`;

/** The settlement of the board's season that holds an instant, as a key sees it. */
export async function settlement(
  eco: Economy,
  { key = eco.program.keys.operator, at = TUESDAY, board = 'board' } = {},
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
): Promise<any> {
  const query = `{ leaderboard(key: "${board}") { season(at: "${at}") {
    state version prizes { budget } settlement { ${fields} } } } }`;
  const { data, errors } = await eco.test.ask(key, query);
  expect(errors).toBeUndefined();
  return flat(data.leaderboard.season.settlement);
}

const nodesOf = ({ edges }: { edges: { node: object }[] }) => edges.map(({ node }) => node);

/** With lists instead of connections. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
export const flat = (found: any) =>
  found && { ...found, winners: nodesOf(found.winners), payouts: nodesOf(found.payouts) };

type Won = { place: number; rank: number; points: number; member: { displayName: string } | null };

/** Who won: `place rank name points`. */
export const won = ({ winners }: { winners: (Won & { teamName: string | null })[] }) =>
  winners.map(
    ({ place, rank, points, member, teamName }) =>
      `${place} ${rank} ${member?.displayName ?? teamName} ${points}`,
  );

/** What was paid: `name points state`, by name. */
export const paid = ({ payouts }: { payouts: (Won & { state: string })[] }) =>
  payouts.map(({ points, state, member }) => `${member?.displayName} ${points} ${state}`).sort();

/** The problems that a change of prizes is refused for. */
export async function problems(
  eco: Economy,
  name: 'createLeaderboard' | 'updateLeaderboard',
  input: object,
): Promise<string[]> {
  const answer = await send(eco, name, input);
  expect(answer.__typename).toBe('LeaderboardNotValid');
  return answer.problems.map(
    ({ field, message }: { field: string; message: string }) => `${field}: ${message}`,
  );
}
