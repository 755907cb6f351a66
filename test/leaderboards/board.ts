/** What the tests of leaderboards share: members who earn, and boards as the API shows them. */
import { expect } from 'vitest';
import type { TestApp, TestProgram } from '../support/app.ts';
import { pays, setRule } from '../support/rules.ts';

export type Place = {
  rank: number;
  score: number;
  reachedAt: string;
  member: { externalId: string };
};

export const place = 'rank score reachedAt member { externalId }';

/** Asks as the operator; fails on errors. */
// biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
export async function operate(test: TestApp, program: TestProgram, query: string): Promise<any> {
  const { data, errors } = await test.ask(program.keys.operator, query);
  expect(errors).toBeUndefined();
  return data;
}

/** Makes members and a rule for each amount that tests pay: `earn5` pays 5. */
export async function furnish(
  test: TestApp,
  program: TestProgram,
  members: readonly string[],
  amounts: readonly number[] = [1, 2, 5],
): Promise<void> {
  for (let from = 0; from < members.length; from += 25) {
    const fields = members
      .slice(from, from + 25)
      .map((id, n) => `m${n}: enrolMember(input: {externalId: "${id}"}) { __typename }`);
    await operate(test, program, `mutation { ${fields.join(' ')} }`);
  }
  for (const points of amounts) {
    await setRule(test, program, `earn${points}`, pays(`earn${points}`, points));
  }
}

/** Pays a member for something done at an instant; returns the event's position. */
export async function earn(
  test: TestApp,
  program: TestProgram,
  externalId: string,
  points: number,
  at?: string,
): Promise<number> {
  const when = at === undefined ? '' : `, occurredAt: "${at}"`;
  const data = await operate(
    test,
    program,
    `mutation {
    recordActivity(input: {member: {externalId: "${externalId}"}, type: "earn${points}"${when}}) {
      ... on RecordActivityPayload { position } ... on Refusal { code } } }`,
  );
  expect(data.recordActivity.code).toBeUndefined();
  return data.recordActivity.position;
}

/** A season's first places, once the board has passed a position. */
export async function standings(
  test: TestApp,
  program: TestProgram,
  options: { after?: number; key?: string; at?: string; first?: number } = {},
): Promise<Place[]> {
  const { after, key = 'all-time', at, first = 100 } = options;
  const position = after === undefined ? '' : `, after: ${after}`;
  const season = at === undefined ? 'season' : `season(at: "${at}")`;
  const data = await operate(
    test,
    program,
    `{ leaderboard(key: "${key}"${position}) {
    ${season} { standings(first: ${first}) { nodes { ${place} } } } } }`,
  );
  return data.leaderboard.season.standings.nodes;
}

export const brief = (places: readonly Place[]) =>
  places.map(({ rank, score, member }) => `${rank} ${member.externalId} ${score}`);

/** Standings that differ from what the ledger says: scores, and when they were reached. */
export const differing = `
  with wanted as (
    select s.id as season_id, e.member_id, sum(e.amount) as score, max(e.occurred_at) as reached_at
    from ledger_entry e join leaderboard b on b.program_id = e.program_id
    join season s on s.leaderboard_id = b.id and e.occurred_at >= s.starts_at
      and (s.ends_at is null or e.occurred_at < s.ends_at)
    where e.kind = 'EARN' group by 1, 2)
  select * from wanted w full join standing s using (season_id, member_id)
  where w.score is distinct from s.score or w.reached_at is distinct from s.reached_at`;
