/**
 * A week-long team challenge, played in a minute: a day takes seven seconds. Four teams of three
 * run, a subscriber prints their ranking as it changes, and the prizes are paid at the end.
 *
 *   npm start                                       # in another terminal; prints an operator key
 *   TALLYMARK_KEY=tm_operator_… node examples/team-challenge.js
 *
 * TALLYMARK_URL (http://127.0.0.1:4000/graphql) says where; DAY_MS how long a day takes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const url = process.env.TALLYMARK_URL ?? 'http://127.0.0.1:4000/graphql';
const authorization = `Bearer ${process.env.TALLYMARK_KEY ?? ''}`;
const dayMs = Number(process.env.DAY_MS ?? 7_000);
const DAYS = 7;
const teams = {
  'Early Birds': ['ada', 'grace', 'tu'],
  'Night Owls': ['alan', 'edsger', 'barbara'],
  'Road Runners': ['haile', 'paula', 'eliud'],
  'Sunday Strollers': ['bilbo', 'frodo', 'sam'],
};

/** Sends a command or a query; anything but its payload, or `fine`, ends the script. */
async function ask(query, variables = {}, fine = '') {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  const refused = Object.values(data ?? {}).find(({ code = fine }) => code !== fine);
  if (errors !== undefined || refused !== undefined) {
    throw new Error(JSON.stringify(errors ?? refused));
  }
  return data;
}
const refusals = '... on Refusal { code message }';

/** Everybody is a member, and every team has joined. Answers the challenge's id. */
async function prepare(startsAt, endsAt) {
  for (const name of Object.values(teams).flat()) {
    await ask(
      `mutation ($name: String!) { enrolMember(input: {externalId: $name}) {
        __typename ${refusals} } }`,
      { name },
      'MEMBER_ALREADY_ENROLLED',
    );
  }
  const { createChallenge } = await ask(
    `mutation ($input: CreateChallengeInput!) { createChallenge(input: $input) {
      ... on CreateChallengePayload { challenge { id } }
      ... on ChallengeNotValid { problems { field message } } ${refusals} } }`,
    {
      input: {
        ...{ title: 'A week of running', kind: 'TEAM', startsAt, endsAt, settleDelayMinutes: 0 },
        ...{ metric: 'ACTIVITY_VALUE', activityType: 'run' },
        teamRules: { sizeMax: 3, scoring: 'TOP_N', top: 2, prizeSplit: 'BY_CONTRIBUTION' },
        prizes: {
          bands: [
            { from: 1, to: 1, points: 300 },
            { from: 2, to: 2, points: 100 },
          ],
        },
      },
    },
  );
  const challengeId = createChallenge.challenge.id;
  const join = (externalId, team) =>
    ask(
      `mutation ($input: JoinChallengeInput!) { joinChallenge(input: $input) {
        ... on JoinChallengePayload { participation { team { inviteCode } } } ${refusals} } }`,
      { input: { challengeId, member: { externalId }, team } },
    );
  for (const [name, [captain, ...others]] of Object.entries(teams)) {
    const { joinChallenge } = await join(captain, { create: { name } });
    const { inviteCode } = joinChallenge.participation.team;
    for (const other of others) await join(other, { inviteCode });
  }
  return challengeId;
}

/** Prints each change until the result is published; resolves with it. */
async function follow(client, id) {
  const changes = client.iterate({
    query: `subscription ($id: ID!) { challengeChanged(id: $id, first: 10) {
      kind version challenge { phase } teamStandings { rank score team { name } }
      season { settlement { paid winners(first: 5) { edges { node {
        rank points teamName } } } } } } }`,
    variables: { id },
  });
  for await (const { data, errors } of changes) {
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    const { challenge, teamStandings, season } = data.challengeChanged;
    const ranking = teamStandings.map(
      ({ rank, score, team }) => `${rank}. ${team.name} ${score} km`,
    );
    console.log(`${challenge.phase.padEnd(8)} ${ranking.join('   ')}`);
    if (challenge.phase === 'SETTLED') return season.settlement;
  }
  throw new Error('the subscription ended before the challenge did');
}

/** Who runs how far on a day: each in their own way, now and then not at all. */
const distance = (day, runner) =>
  Math.max(0, Math.round(6 + 5 * Math.sin(day * 2.1 + runner * 1.7)));

async function play(startsAt) {
  const runners = Object.values(teams).flat();
  for (let day = 0; day < DAYS; day += 1) {
    for (const [runner, externalId] of runners.entries()) {
      const at = startsAt.getTime() + (day + (runner + 0.5) / runners.length) * dayMs;
      await sleep(Math.max(0, at - Date.now()));
      const value = distance(day, runner);
      if (value === 0) continue;
      await ask(
        `mutation ($input: RecordActivityInput!) { recordActivity(input: $input) {
          __typename ${refusals} } }`,
        { input: { member: { externalId }, type: 'run', value } },
      );
    }
  }
}

const startsAt = new Date(Date.now() + 5_000);
const endsAt = new Date(startsAt.getTime() + DAYS * dayMs);
const id = await prepare(startsAt, endsAt);
console.log(`The challenge is ${id}; it starts at ${startsAt.toLocaleTimeString()}.`);
const client = createClient({
  url: url.replace(/^http/, 'ws'),
  webSocketImpl: WebSocket,
  connectionParams: { authorization },
});
const [{ paid, winners }] = await Promise.all([follow(client, id), play(startsAt)]);
for (const { node } of winners.edges) {
  console.log(`${node.rank}. ${node.teamName} wins ${node.points} points`);
}
console.log(`${paid} points were paid, split by what each of the team ran.`);
await client.dispose();
