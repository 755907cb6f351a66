import { z } from 'zod';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { fromGlobalId, rowId } from '../graphql/ids.ts';
import { cursorCodec, instantPlace, pageOf } from '../graphql/paging.ts';
import { ChallengeType, MetricEnum, RankModeEnum, SeasonType } from '../graphql/refs.ts';
import { findSeason } from '../leaderboards/board-reads.ts';
import { assert } from '../platform/assert.ts';
import { waitFor } from '../projections/wait-for.ts';
import {
  AttemptOperatorEnum,
  ChallengeGoalEnum,
  ChallengeKindEnum,
  ChallengePhaseEnum,
  TeamPrizeSplitEnum,
  TeamScoringEnum,
  TooFewParticipantsEnum,
} from './challenge-enums.schema.ts';
import { type ChallengeShape, listChallenges } from './challenge-reads.sql.ts';
import { isJoinable, phaseOf } from './phases.ts';

type TeamRules = {
  readonly sizeMax: number;
  readonly scoring: NonNullable<ChallengeShape['teamScoring']>;
  readonly top: number | null;
  readonly memberCap: number | null;
  readonly prizeSplit: NonNullable<ChallengeShape['teamPrizeSplit']>;
};

const TeamRulesType = builder.objectRef<TeamRules>('TeamRules').implement({
  description: 'How the teams of a challenge are made up, score and share.',
  fields: (t) => ({
    sizeMax: t.exposeInt('sizeMax', { description: 'Members that a team may have.' }),
    scoring: t.expose('scoring', { type: TeamScoringEnum, description: 'How a team scores.' }),
    top: t.exposeInt('top', {
      nullable: true,
      description: 'Of TOP_N: how many members count; null otherwise.',
    }),
    memberCap: t.expose('memberCap', {
      type: 'SafeInt',
      nullable: true,
      description: 'Of CAPPED_SUM: what one member counts for at most; null otherwise.',
    }),
    prizeSplit: t.expose('prizeSplit', {
      type: TeamPrizeSplitEnum,
      description: 'How a team’s prize is split.',
    }),
  }),
});

function rulesOf(challenge: ChallengeShape): TeamRules | null {
  const { teamSizeMax: sizeMax, teamScoring: scoring, teamPrizeSplit: prizeSplit } = challenge;
  if (sizeMax === null || scoring === null || prizeSplit === null) return null;
  const { teamTop: top, teamMemberCap: memberCap } = challenge;
  return { sizeMax, scoring, top, memberCap, prizeSplit };
}

builder.node(ChallengeType, {
  description:
    'A contest with a beginning and an end. Joining is consent to be shown in it, by nickname if ' +
    'there is one: who has opted out of leaderboards is shown all the same.',
  id: { resolve: ({ id }) => id, description: 'Opaque global id.' },
  loadWithoutCache: async (id, { loaders, viewer }) => {
    if (viewer.kind === 'anonymous') return null;
    const challenge = await loaders.challenges.load(rowId(id));
    return challenge?.programId === viewer.programId ? challenge : null;
  },
  fields: (t) => ({
    kind: t.expose('kind', { type: ChallengeKindEnum, description: 'Who competes.' }),
    title: t.exposeString('title', { description: 'Its name.' }),
    description: t.exposeString('description', { description: 'What it is about; may be empty.' }),
    metric: t.expose('metric', { type: MetricEnum, description: 'What it counts.' }),
    activityType: t.exposeString('activityType', {
      nullable: true,
      description: 'The type whose activities it counts; null: it counts no activities.',
    }),
    rankMode: t.expose('rankMode', {
      type: RankModeEnum,
      description: 'How it ranks equal scores.',
    }),
    goal: t.expose('goal', { type: ChallengeGoalEnum, description: 'What wins it.' }),
    target: t.expose('target', {
      type: 'SafeInt',
      nullable: true,
      description: 'The score that reaches the goal; null for a RANKING.',
    }),
    capacity: t.exposeInt('capacity', {
      nullable: true,
      description: 'Participants, or teams, that it has room for; null: without bound.',
    }),
    minimum: t.exposeInt('minimum', {
      description: 'As many participants, or teams, it needs by its start.',
    }),
    tooFew: t.expose('tooFew', {
      type: TooFewParticipantsEnum,
      description: 'What becomes of it with fewer.',
    }),
    entryFee: t.expose('entryFee', { type: 'SafeInt', description: 'Points paid to join.' }),
    joinFrom: t.expose('joinFrom', { type: 'DateTime', description: 'Joining opens then.' }),
    joinUntil: t.expose('joinUntil', {
      type: 'DateTime',
      description: 'Joining is open until just before this instant, which may lie in play.',
    }),
    startsAt: t.expose('startsAt', {
      type: 'DateTime',
      description: 'Facts count that happened from then on; of who joins later, from joining on.',
    }),
    endsAt: t.expose('endsAt', {
      type: 'DateTime',
      description: 'Facts count that happened before this instant.',
    }),
    settlesAt: t.field({
      type: 'DateTime',
      description: 'Facts that come late count until then; afterwards the standings are final.',
      resolve: ({ endsAt, settleDelayMinutes }) =>
        new Date(endsAt.getTime() + settleDelayMinutes * 60_000),
    }),
    settleDelayMinutes: t.exposeInt('settleDelayMinutes', {
      description: 'Minutes from the end until the standings are final.',
    }),
    phase: t.field({
      type: ChallengePhaseEnum,
      description: 'Where it stands now.',
      resolve: (challenge, _args, { app }) => phaseOf(challenge, app.clock.now()),
    }),
    joinable: t.boolean({
      description:
        'Whether joining is open now and there is room (in a TEAM challenge at least by an invite ' +
        'code). Whom it is for, and who can pay, joinChallenge says.',
      resolve: (challenge, _args, { app }) => isJoinable(challenge, app.clock.now()),
    }),
    audience: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'Who may join, as AudienceInput has it; null: everybody. For OPERATOR and SERVICE keys.',
      authScopes: { service: true },
      resolve: ({ audience }) => audience,
    }),
    attemptsMax: t.exposeInt('attemptsMax', {
      nullable: true,
      description: 'Attempts that one participant has; null: without bound, or it counts none.',
    }),
    attemptOperator: t.expose('attemptOperator', {
      type: AttemptOperatorEnum,
      nullable: true,
      description: 'What several attempts make; null: it counts none.',
    }),
    teamRules: t.field({
      type: TeamRulesType,
      nullable: true,
      description: 'How teams are made up; null for an INDIVIDUAL challenge.',
      resolve: rulesOf,
    }),
    participantsCount: t.exposeInt('participants', {
      description: 'How many members take part now.',
    }),
    teamsCount: t.exposeInt('teams', { description: 'How many teams take part now.' }),
    season: t.field({
      type: SeasonType,
      description:
        'The ranking of its members: standings, one’s own place, neighbours. Of a TEAM challenge the ' +
        'members’ scores of which those of `teamStandings` are made.',
      resolve: async ({ programId, seasonId }, _args, { app }) => {
        const season = await findSeason(app.pool, programId, seasonId);
        assert(season !== undefined, 'a challenge has its season');
        return season;
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its start was dealt with: enough have joined; null: not yet.',
    }),
    frozenAt: t.expose('frozenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its standings became final; null: they are not.',
    }),
    settledAt: t.expose('settledAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When its result was published (without prizes, when its standings became final); null: ' +
        'not yet.',
    }),
    cancelledAt: t.expose('cancelledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was called off; null: it was not.',
    }),
    cancelReason: t.exposeString('cancelReason', {
      nullable: true,
      description: 'Why it was called off, in the operator’s words.',
    }),
    refundedAt: t.expose('refundedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When all entry fees of a cancelled one were given back; null: not yet.',
    }),
    version: t.exposeInt('version', { description: 'Version of its settings: 1, 2, 3 …' }),
  }),
});

const challengeCursor = cursorCodec(
  'challenges',
  z.tuple([instantPlace, z.number().int().positive()]),
);

builder.queryFields((t) => ({
  challenge: t.field({
    type: ChallengeType,
    nullable: true,
    description: 'A challenge by its id; null when the program has none such.',
    authScopes: { known: true },
    args: {
      id: t.arg.id({ required: true, description: 'Global id of the challenge.' }),
      after: t.arg({
        type: 'SafeInt',
        description:
          'Position of an event (from a mutation’s payload): waits, 3 seconds at most, until the ' +
          'standings include it; SERVICE_UNAVAILABLE after that.',
      }),
    },
    resolve: async (_root, { id, after }, { app, viewer, loaders }) => {
      const { programId } = known(viewer);
      const challengeId = fromGlobalId('id', 'Challenge', String(id));
      await waitFor(app.projection, programId, after);
      const challenge = await loaders.challenges.load(challengeId);
      return challenge?.programId === programId ? challenge : null;
    },
  }),
  challenges: t.connection(
    {
      type: ChallengeType,
      description: 'The challenges of the program, the last one to start first.',
      authScopes: { known: true },
      args: {
        phases: t.arg({
          type: [ChallengePhaseEnum],
          description: 'Only those in one of these phases now; all when absent.',
        }),
      },
      resolve: (_root, { phases, ...args }, { app, viewer }) => {
        const wanted = { phases: phases ?? null, now: app.clock.now() };
        return pageOf(
          args,
          challengeCursor,
          (range) => listChallenges(app.pool, known(viewer).programId, wanted, range),
          ({ startsAt, id }): [string, number] => [startsAt.toISOString(), id],
        );
      },
    },
    { description: 'A page of challenges.' },
    { description: 'A challenge in a page.' },
  ),
}));
