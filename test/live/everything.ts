/** Every field that may be shared, as deep as they go. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../../src/app.ts';
import { runJob } from '../support/app.ts';

const streak = 'current longest totalDays state expiresAt checkedInToday';
const member = `id externalId displayName nickname avatarUrl enrolledAt
  tier { key name level percent threshold } streak { ${streak} }`;
const settings = 'activityType metric rankMode title version filter { tags tiers }';
const standings = `standings(first: 5) { totalCount asOfVersion
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node { rank } } nodes { rank score reachedAt member { ${member} } } }`;
const everythingOfSeason = `prizes { ties each budget bands { from to points } }
  settlement { id state startedAt publishedAt version ranked planned paid prizes { budget }
    winners(first: 2) { pageInfo { hasNextPage } edges { cursor node { place rank score reachedAt
      points teamName team { id } member { id } } } } }`;
export const everything = `id key cadence timeZone ${settings} settleDelayMinutes startsAt endsAt countsFrom
  archivedAt season { ${everythingOfSeason} id startsAt endsAt state version participants frozenAt leaderboard { key }
    definition { ${settings} } ${standings} }
  seasons(first: 2) { pageInfo { hasNextPage } edges { cursor node { id } } }`;

/** The same, of a challenge. */
export const everythingOfChallenge = `id kind title description metric activityType rankMode goal
  target capacity minimum tooFew entryFee joinFrom joinUntil startsAt endsAt settlesAt
  settleDelayMinutes phase joinable attemptsMax attemptOperator participantsCount teamsCount
  teamRules { sizeMax scoring top memberCap prizeSplit } createdAt startedAt frozenAt settledAt
  cancelledAt cancelReason refundedAt version season { id ${everythingOfSeason} }
  teamStandings(first: 5) { totalCount asOfVersion pageInfo { endCursor } edges { cursor node { rank } }
    nodes { rank score reachedAt team { id name size startSize disbandedAt captain { id } } } }`;

/** A challenge of one team, which won 7 points. */
export async function settledChallenge(
  app: App,
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
  ask: (query: string) => Promise<any>,
  walk: (externalId: string) => Promise<void>,
): Promise<string> {
  const startsAt = new Date(Date.now() + 1_000);
  const { createChallenge } = await ask(`mutation { createChallenge(input: {title: "Walk",
    metric: POINTS_EARNED, kind: TEAM, teamRules: {sizeMax: 2}, settleDelayMinutes: 0,
    startsAt: "${startsAt.toISOString()}", endsAt: "${new Date(Date.now() + 60_000).toISOString()}",
    prizes: {bands: [{from: 1, to: 1, points: 7}]}}) {
    ... on CreateChallengePayload { challenge { id } } } }`);
  const { id } = createChallenge.challenge;
  await ask(`mutation { joinChallenge(input: {challengeId: "${id}", member: {externalId: "ada"},
    team: {create: {name: "Reds"}}}) { __typename } }`);
  await sleep(startsAt.getTime() - Date.now());
  await walk('ada');
  await ask(`mutation { endChallenge(input: {challengeId: "${id}"}) { __typename } }`);
  await sleep(10);
  for (const job of ['startChallenges', 'freezeSeasons', 'settleSeasons']) {
    await runJob(app, job);
  }
  return id;
}
