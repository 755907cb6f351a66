/** Challenges over GraphQL, as their tests use them. */
import { expect } from 'vitest';
import type { Economy } from '../economy/api.ts';
import { counted } from '../leaderboards/boards.ts';

export const challengeFields = `id kind title description metric activityType rankMode goal target
  capacity minimum tooFew entryFee joinFrom joinUntil startsAt endsAt settlesAt settleDelayMinutes
  phase joinable attemptsMax attemptOperator participantsCount teamsCount
  teamRules { sizeMax scoring top memberCap prizeSplit }
  startedAt frozenAt settledAt cancelledAt cancelReason refundedAt version`;
const part = `participation { state joinedAt countsFrom countsUntil attempts attemptsLeft fee reason
  team { id name size inviteCode captain { externalId } } }`;
const command = `position replayed member { externalId points { available } } ${part}
  challenge { ${challengeFields} }`;
const operator = `challenge { ${challengeFields} }`;

/** The fields of a payload, by command. */
const payloads = {
  createChallenge: operator,
  updateChallenge: operator,
  cancelChallenge: operator,
  endChallenge: operator,
  joinChallenge: `alreadyJoined ${command}`,
  leaveChallenge: command,
  removeFromTeam: command,
  transferCaptain: command,
  renewInviteCode: command,
  disqualifyParticipant: command,
  recordAttempt: `number alreadyRecorded differs ${command}`,
} as const;
export type ChallengeCommand = keyof typeof payloads;

const more: Partial<Record<ChallengeCommand, string>> = {
  createChallenge: '... on ChallengeNotValid { problems { field message } }',
  updateChallenge: '... on ChallengeNotValid { problems { field message } }',
  joinChallenge: `... on ChallengeFull { capacity } ... on TeamFull { sizeMax }
    ... on ChallengeNotJoinable { joinFrom joinUntil } ... on ParticipationEnded { state }
    ... on InsufficientPoints { available required }`,
  recordAttempt: `... on AttemptsUsedUp { attemptsMax }
    ... on AttemptOutsideTime { countsFrom countsUntil }`,
};

const documentOf = (name: ChallengeCommand) => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  return `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename
    ... on ${type}Payload { ${payloads[name]} } ... on Refusal { code message } ${more[name] ?? ''} } }`;
};

// biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
type Loose = any;

/** One challenge of an economy, and what tests do with it. */
export class Contest {
  readonly eco: Economy;
  readonly id: string;

  constructor(eco: Economy, id: string) {
    this.eco = eco;
    this.id = id;
  }

  send(name: ChallengeCommand, input: object = {}, key?: string): Promise<Loose> {
    return send(this.eco, name, { challengeId: this.id, ...input }, key);
  }

  /** Sends a command about a member that must be done. */
  async done(name: ChallengeCommand, externalId: string, input: object = {}): Promise<Loose> {
    const payload = await this.send(name, { member: { externalId }, ...input });
    expect(payload.code).toBeUndefined();
    return payload;
  }

  /** The code of the refusal of a command that must be refused. */
  async refused(name: ChallengeCommand, externalId: string, input: object = {}): Promise<string> {
    return (await this.send(name, { member: { externalId }, ...input })).code;
  }

  join = (externalId: string, input: object = {}) => this.done('joinChallenge', externalId, input);

  /** Makes a team; answers its invite code. */
  async found(captain: string, name: string): Promise<string> {
    const { participation } = await this.join(captain, { team: { create: { name } } });
    return participation.team.inviteCode;
  }

  async read(fields: string = challengeFields, key?: string): Promise<Loose> {
    await counted(this.eco.test.app);
    const { data, errors } = await this.eco.test.ask(
      key ?? this.eco.program.keys.operator,
      `query ($id: ID!) { challenge(id: $id) { ${fields} } }`,
      { id: this.id },
    );
    expect(errors).toBeUndefined();
    return data.challenge;
  }

  /** The places of its members: `rank name score`. */
  async places(): Promise<string[]> {
    const fields = `season { standings(first: 100) { nodes { rank score member { displayName } } } }`;
    const { season } = await this.read(fields);
    return season.standings.nodes.map(
      (one: { rank: number; score: number; member: { displayName: string } }) =>
        `${one.rank} ${one.member.displayName} ${one.score}`,
    );
  }

  /** The places of its teams: `rank name score`. */
  async teams(): Promise<string[]> {
    const { teamStandings } = await this.read(
      'teamStandings(first: 100) { totalCount nodes { rank score team { name } } }',
    );
    expect(teamStandings.totalCount).toBe(teamStandings.nodes.length);
    return teamStandings.nodes.map(
      (one: { rank: number; score: number; team: { name: string } }) =>
        `${one.rank} ${one.team.name} ${one.score}`,
    );
  }
}

/** Sends a command by a key of the program; answers the payload or the refusal. */
export async function send(
  eco: Economy,
  name: ChallengeCommand,
  input: object,
  key = eco.program.keys.operator,
): Promise<Loose> {
  const answer = await eco.test.ask(key, documentOf(name), { input });
  expect(answer.errors).toBeUndefined();
  return answer.data[name];
}

/** So many milliseconds from now, by the tests' clock. */
export const ahead = ({ clock }: Economy, ms: number) =>
  new Date(clock.now().getTime() + ms).toISOString();

/** Freezes what has settled, once its start was dealt with and everything is counted. */
export async function freeze(eco: Economy): Promise<void> {
  await eco.job('startChallenges');
  await counted(eco.test.app);
  await eco.job('freezeSeasons');
}

const HOUR = 3_600_000;

/** Makes a challenge that starts in an hour and takes a day, of the activity `run` unless said. */
export async function contest(eco: Economy, more: object = {}): Promise<Contest> {
  const { challenge, ...refusal } = await send(eco, 'createChallenge', {
    title: 'Week of running',
    metric: 'ACTIVITY_VALUE',
    activityType: 'run',
    startsAt: ahead(eco, HOUR),
    endsAt: ahead(eco, 25 * HOUR),
    ...more,
  });
  expect(refusal).toEqual({ __typename: 'CreateChallengePayload' });
  return new Contest(eco, challenge.id);
}

/** The same, of attempts. */
export const attempts = (eco: Economy, more: object = {}) =>
  contest(eco, { metric: 'ATTEMPTS', activityType: undefined, ...more });
