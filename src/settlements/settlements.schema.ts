/** What seasons came to: who won, and what was paid. */
import { z } from 'zod';
import { PayoutState, SettlementState } from '../generated/prisma/enums.ts';
import { builder } from '../graphql/builder.ts';
import { type Context, known } from '../graphql/context.ts';
import { rowId } from '../graphql/ids.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';
import { PrizesType } from '../graphql/prizes.ts';
import { MemberType, SeasonType, SettlementWinnerType } from '../graphql/refs.ts';
import { mayReadAll } from '../members/member-access.ts';
import {
  findPrizes,
  findSettlement,
  listPayouts,
  listWinners,
  type ShownPayout,
} from './reads.sql.ts';
import type { SettlementRow } from './terms.ts';

const StateEnum = builder.enumType('SettlementState', {
  description: 'How far the settlement of a season has come.',
  values: {
    [SettlementState.FROZEN]: {
      description: 'Nothing more is counted; winners are being written down.',
    },
    [SettlementState.RANKED]: { description: 'All winners are known.' },
    [SettlementState.PLANNED]: { description: 'All payouts are known, and are being paid.' },
    [SettlementState.PAID]: { description: 'Every payout is paid, or forfeited.' },
    [SettlementState.PUBLISHED]: { description: 'Final: nothing of it changes any more.' },
  },
});

const PayoutStateEnum = builder.enumType('PayoutState', {
  description: 'What became of a payout.',
  values: {
    [PayoutState.PLANNED]: { description: 'It is about to be paid.' },
    [PayoutState.PAID]: { description: 'It is on the member’s ledger.' },
    [PayoutState.FORFEITED]: { description: 'The member was erased before it was paid.' },
  },
});

builder.objectType(SettlementWinnerType, {
  description: 'A place that won something.',
  fields: (t) => ({
    place: t.exposeInt('place', { description: '1, 2, 3 … in the order of the list.' }),
    rank: t.exposeInt('rank', {
      description: 'As the ranking shows it; 1 for everyone who reached the target.',
    }),
    score: t.expose('score', { type: 'SafeInt', description: 'The final score.' }),
    reachedAt: t.expose('reachedAt', {
      type: 'DateTime',
      description: 'When the score was reached, or the target.',
    }),
    points: t.expose('points', {
      type: 'SafeInt',
      description: 'Points won; a team’s before they are split among its members.',
    }),
    member: t.field({
      type: MemberType,
      nullable: true,
      description: 'Who won; null: a team.',
      resolve: ({ isTeam, participantId }, _args, { loaders }) =>
        isTeam ? null : loaders.members.load(participantId),
    }),
    teamName: t.exposeString('teamName', {
      nullable: true,
      description: 'The name of the team that won; null: a member.',
    }),
  }),
});

const PayoutType = builder.objectRef<ShownPayout>('Payout').implement({
  description: 'What a member gets of a settlement, once.',
  fields: (t) => ({
    member: t.field({
      type: MemberType,
      nullable: true,
      description: 'Who gets it.',
      resolve: ({ memberId }, _args, { loaders }) => loaders.members.load(memberId),
    }),
    place: t.exposeInt('place', { description: 'The place that won it, the team’s of a team.' }),
    points: t.expose('points', { type: 'SafeInt', description: 'Points, as they were planned.' }),
    state: t.expose('state', { type: PayoutStateEnum, description: 'What became of it.' }),
    entrySeq: t.expose('entrySeq', {
      type: 'SafeInt',
      nullable: true,
      description: 'The line of the member’s ledger that paid it; null: none did so far.',
    }),
    paidAt: t.expose('paidAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was paid; null: it is not.',
    }),
  }),
});

const position = z.number().int().positive();
const winnerCursor = cursorCodec('winners', position);
const payoutCursor = cursorCodec('payouts', position);

const SettlementType = builder.objectRef<SettlementRow>('Settlement');

builder.node(SettlementType, {
  description:
    'What a frozen season with prizes came to. It is settled without anybody’s doing: who won is ' +
    'written down, then what is paid to whom, then it is paid, each payout once, then it is ' +
    'published. No standing changes then, but the season’s version grows: whoever watches is told.',
  id: { resolve: ({ id }) => id, description: 'Opaque global id.' },
  loadWithoutCache: async (id, { app, viewer }) => {
    if (viewer.kind === 'anonymous') return null;
    return findSettlement(app.pool, { id: rowId(id), programId: viewer.programId });
  },
  fields: (t) => ({
    state: t.expose('state', { type: StateEnum, description: 'How far it has come.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      description: 'When the season was frozen; lines of prizes bear this time.',
    }),
    publishedAt: t.expose('publishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When everything was paid and it became final; null: not yet.',
    }),
    version: t.int({
      description:
        'Version of the settings, of the leaderboard or the challenge, by which it is settled: as ' +
        'of the freeze.',
      resolve: ({ terms }) => terms.version,
    }),
    prizes: t.field({
      type: PrizesType,
      description: 'What places win, as of the freeze.',
      resolve: ({ terms }) => terms.prizes,
    }),
    ranked: t.expose('ranked', {
      type: 'SafeInt',
      description:
        'How many could win: members or teams with a score, or who reached the target; 0 until the ' +
        'first winners are written down.',
    }),
    planned: t.expose('planned', {
      type: 'SafeInt',
      description: 'Points of all payouts; 0 until PLANNED.',
    }),
    paid: t.expose('paid', {
      type: 'SafeInt',
      description: 'Points that were paid; 0 until PAID. Less than planned by what was forfeited.',
    }),
    winners: t.connection(
      {
        type: SettlementWinnerType,
        description: 'Who won, by place. Complete from RANKED on.',
        resolve: ({ id }, args, { app }) =>
          pageOf(
            args,
            winnerCursor,
            (range) => listWinners(app.pool, id, range),
            ({ place }) => place,
          ),
      },
      { description: 'A page of winners.' },
      { description: 'A winner in a page.' },
    ),
    payouts: t.connection(
      {
        type: PayoutType,
        description:
          'What members get, in the order of their enrolment: for OPERATOR and SERVICE keys all, ' +
          'for a member token its own, for others none. Complete from PLANNED on.',
        resolve: ({ id }, args, context) => {
          const own = ownOnly(context);
          return pageOf(
            args,
            payoutCursor,
            (range) =>
              own === undefined
                ? Promise.resolve([])
                : listPayouts(context.app.pool, id, own, range),
            ({ memberId }) => memberId,
          );
        },
      },
      { description: 'A page of payouts.' },
      { description: 'A payout in a page.' },
    ),
  }),
});

/** Whose payouts the viewer may see: those of one external id, all (null), or nobody's. */
function ownOnly(context: Context): string | null | undefined {
  const viewer = known(context.viewer);
  if (viewer.kind === 'member') return viewer.externalId;
  return mayReadAll(viewer) ? null : undefined;
}

builder.objectFields(SeasonType, (t) => ({
  prizes: t.field({
    type: PrizesType,
    nullable: true,
    description:
      'What its places win: of a frozen season as of the freeze, of others as they are now (once a ' +
      'leaderboard has begun they only grow). Null: nothing.',
    resolve: ({ id }, _args, { app }) => findPrizes(app.pool, id),
  }),
  settlement: t.field({
    type: SettlementType,
    nullable: true,
    description: 'What it came to; null: it is not frozen, or its places won nothing.',
    resolve: (season, _args, { app }) =>
      season.frozenAt === null ? null : findSettlement(app.pool, { seasonId: season.id }),
  }),
}));
