/** Leaderboards that operators make, as their tests use them. */
import { expect } from 'vitest';
import type { App } from '../../src/app.ts';
import type { Economy } from '../economy/api.ts';

const shown = `leaderboard { key title metric activityType cadence rankMode settleDelayMinutes
  filter { tiers tags } startsAt endsAt countsFrom archivedAt version }`;
const run = 'run { id key dryRun state facts standings seasons frozen finishedAt }';
const fields = {
  createLeaderboard: shown,
  updateLeaderboard: shown,
  archiveLeaderboard: shown,
  backfillLeaderboard: run,
} as const;
export type BoardCommand = keyof typeof fields;

const documentOf = (name: BoardCommand) => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const problems =
    name === 'createLeaderboard' || name === 'updateLeaderboard'
      ? '... on LeaderboardNotValid { problems { field message } }'
      : '';
  return `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename
    ... on ${type}Payload { ${fields[name]} } ${problems} ... on Refusal { code message } } }`;
};

/** Sends a command as the operator; answers the payload or the refusal. */
// biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
export async function send(eco: Economy, name: BoardCommand, input: object): Promise<any> {
  const { operator } = eco.program.keys;
  const answer = await eco.test.ask(operator, documentOf(name), { input });
  expect(answer.errors).toBeUndefined();
  return answer.data[name];
}

/** Makes a board, a second before what the test does next. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
export async function make(eco: Economy, more: object = {}): Promise<any> {
  const input = { key: 'board', title: 'Board', metric: 'CHECK_INS', cadence: 'WEEKLY', ...more };
  const { leaderboard, ...refusal } = await send(eco, 'createLeaderboard', input);
  expect(refusal).toEqual({ __typename: 'CreateLeaderboardPayload' });
  eco.clock.advance(1_000);
  return leaderboard;
}

/** Waits until the boards have counted everything written so far. */
export async function counted({ pool, projection }: App): Promise<void> {
  const { rows } = await pool.query<{ programId: number; position: number }>(
    `select program_id as "programId", position from event order by txid desc, position desc limit 1`,
  );
  const [last] = rows;
  if (last !== undefined) await projection.waitFor(last.programId, last.position);
}

type Where = { readonly key?: string; readonly at?: string };

/** A season, once everything is counted; null when there is none. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
export async function season(eco: Economy, { key = 'board', at }: Where = {}): Promise<any> {
  await counted(eco.test.app);
  const which = at === undefined ? '' : `(at: "${at}")`;
  const query = `{ leaderboard(key: "${key}") { season${which} { id state startsAt endsAt frozenAt
    participants definition { version title metric rankMode filter { tiers tags } }
    standings(first: 100) { totalCount nodes { rank score reachedAt member { displayName } } } } } }`;
  const { data, errors } = await eco.test.ask(eco.program.keys.screen, query);
  expect(errors).toBeUndefined();
  return data.leaderboard.season;
}

type Node = { rank: number; score: number; reachedAt: string; member: { displayName: string } };

/** A season's places: `rank name score`. */
export async function places(eco: Economy, where: Where = {}): Promise<string[]> {
  const found = await season(eco, where);
  return (found?.standings.nodes ?? []).map(
    ({ rank, score, member }: Node) => `${rank} ${member.displayName} ${score}`,
  );
}

/** Those of members, with when they were reached: `name score at`. */
export async function reached(eco: Economy, where: Where = {}): Promise<string[]> {
  const found = await season(eco, where);
  return found.standings.nodes.map(
    ({ score, reachedAt, member }: Node) => `${member.displayName} ${score} ${reachedAt}`,
  );
}

/** Runs a backfill to its end; its figures. */
export async function backfill(eco: Economy, key: string, dryRun: boolean): Promise<object> {
  const { run: asked, code } = await send(eco, 'backfillLeaderboard', { key, dryRun });
  expect(code).toBeUndefined();
  expect(asked).toMatchObject({ key, dryRun, state: 'SCANNING', facts: 0, finishedAt: null });
  await counted(eco.test.app);
  await eco.job('backfillBoards');
  const query = `query ($id: ID!) { leaderboardBackfill(id: $id) {
    state facts standings seasons frozen } }`;
  const { data } = await eco.test.ask(eco.program.keys.operator, query, { id: asked.id });
  const { state, ...figures } = data.leaderboardBackfill;
  expect(state).toBe('DONE');
  return figures;
}
