/** Types that several domains extend or return; each is described in the schema of its own domain. */
import type { ChallengeShape } from '../challenges/challenge-reads.sql.ts';
import type { TeamShape, TeamStanding } from '../challenges/roster-reads.sql.ts';
import type { EntryRow, MemberState } from '../engine/rows.ts';
import type { SeasonRow } from '../leaderboards/seasons.sql.ts';
import type { Standing } from '../leaderboards/standings.ts';
import type { ClientShape } from '../operations/clients.ts';
import type { EntrySummary } from '../points/ledger.ts';
import type { LotLife } from '../points/lots.ts';
import type { ShownWinner } from '../settlements/reads.sql.ts';
import { builder } from './builder.ts';

export const MemberType = builder.objectRef<MemberState>('Member');

export const RuleKindEnum = builder.enumType('RuleKind', {
  description: 'What a rule sets.',
  values: {
    EARNING: { description: 'What an activity, a check-in or an enrolment pays.' },
    CAMPAIGN: { description: 'A multiplier of what other rules pay, for some time.' },
    CHECK_IN_PLAN: { description: 'What check-ins pay; every program has one.' },
    TIERS: { description: 'The tiers of the program; one rule at most.' },
    POINTS_POLICY: { description: 'What holds for all points; one rule at most.' },
    TASK: { description: 'Something for members to do, and what it pays.' },
    BADGE: { description: 'Something that members are awarded once, and what for.' },
  },
});

/** Who did something, as rows name them: `key:<id>`, `system`. */
export const ActorType = builder.objectRef<string>('Actor');

/** An application that calls the API; keys and operations belong to one. */
export const ClientType = builder.objectRef<ClientShape>('Client');

/** One credit of a command, as the outcome summarises it. */
export const AwardType = builder.objectRef<EntrySummary>('Award');

export const SeasonType = builder.objectRef<SeasonRow>('Season');
export const StandingType = builder.objectRef<Standing>('Standing');
export const ChallengeType = builder.objectRef<ChallengeShape>('Challenge');
export const TeamType = builder.objectRef<TeamShape>('Team');
export const TeamStandingType = builder.objectRef<TeamStanding>('TeamStanding');
export const SettlementWinnerType = builder.objectRef<ShownWinner>('SettlementWinner');

/** A line with the life of the points it made; null: it made none, they await, or live for ever. */
export type LedgerEntryShape = Omit<EntryRow, 'hash' | 'life'> & LotLife;

/** Of a task: rules set it, members see it. */
export const TaskClaimEnum = builder.enumType('TaskClaim', {
  description: 'How a completed task is paid.',
  values: {
    AUTOMATIC: { description: 'As soon as it is completed.' },
    BY_HAND: { description: 'When the member claims it.' },
  },
});

/** Of tasks and of leaderboards. */
export const BackfillStateEnum = builder.enumType('BackfillState', {
  description: 'Where a backfill stands.',
  values: {
    SCANNING: { description: 'It looks for facts.' },
    APPLYING: { description: 'It counts them, some members at a time.' },
    DONE: { description: 'Its figures are final.' },
  },
});

/** How callers name a member. */
export const MemberByInput = builder.inputType('MemberBy', {
  description: 'Names a member in one of two ways.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id of the member.' }),
    externalId: t.string({ description: 'The program’s own id for the member.' }),
  }),
});

/** Whom a rule or a reward is for. */
export const AudienceInput = builder.inputType('AudienceInput', {
  description: 'Members to whom everything given here applies; at least one thing.',
  fields: (t) => ({
    tiers: t.stringList({ description: 'Keys of tiers, 1 to 50: has one of them at that time.' }),
    tags: t.stringList({ description: 'Tags, 1 to 50: has any of them.' }),
    memberSinceFrom: t.field({ type: 'Date', description: 'Enrolled on this date or later.' }),
    memberSinceBefore: t.field({ type: 'Date', description: 'Enrolled before this date.' }),
  }),
});

export const RewardKindEnum = builder.enumType('RewardKind', {
  description: 'What a reward is, and so how its orders are fulfilled.',
  values: {
    GOODS: { description: 'Sent: prepared, shipped, delivered.' },
    COUPON: { description: 'A code out of an imported pool.' },
    VIRTUAL: { description: 'Issued by another system, such as an upgrade.' },
    SERVICE: { description: 'Issued, and used on site.' },
  },
});

export const RewardCodeStateEnum = builder.enumType('RewardCodeState', {
  description: 'Where a code of a coupon stands.',
  values: {
    AVAILABLE: { description: 'It belongs to nobody yet.' },
    ASSIGNED: { description: 'It belongs to one order, for ever, and can be used.' },
    USED: { description: 'It was used.' },
    VOID: {
      description: 'Its unit was given back after its owner may have seen it: it cannot be used.',
    },
  },
});

export const LimitPeriodEnum = builder.enumType('LimitPeriod', {
  description: 'A period in which one member may have so many units of a reward.',
  values: {
    DAY: { description: 'A local day.' },
    WEEK: { description: 'A week, from Monday.' },
    MONTH: { description: 'A calendar month.' },
    EVER: { description: 'For ever.' },
  },
});

/** Of a cap: rules set it, awards say which one cut them. */
export const CapPeriodEnum = builder.enumType('CapPeriod', {
  description: 'The local day, week (from Monday) or month that a cap counts in.',
  values: {
    DAY: { description: 'A local day.' },
    WEEK: { description: 'A local week, from Monday.' },
    MONTH: { description: 'A local month.' },
  },
});

/** Of leaderboards and of challenges. */
export const MetricEnum = builder.enumType('LeaderboardMetric', {
  description: 'What a leaderboard counts.',
  values: {
    POINTS_EARNED: {
      description:
        'Points that rules paid (EARN), less what was reversed of them (REVERSAL, in the season of ' +
        'the earning); spending, refunds, expiry, adjustments and prizes do not count.',
    },
    POINTS_NET: {
      description:
        'Points earned, as above, less points spent (SPEND) and not refunded (REFUND, in the season ' +
        'of the order); expiry, adjustments and prizes do not count. May be negative.',
    },
    CHECK_INS: {
      description: 'Check-ins that happened in the season, those that came late included.',
    },
    STREAK: {
      description:
        'The longest streak that a check-in in the season reached, with the days of its run before ' +
        'the season. It is reached by the check-in of that day.',
    },
    ACTIVITY_VALUE: {
      description:
        'Sum of the values of one type of activities in the season, less the share of what was ' +
        'returned (reverseActivity). Activities without a value do not count.',
    },
    ACTIVITY_COUNT: {
      description:
        'How many activities of one type happened in the season, less those that were returned whole.',
    },
    ATTEMPTS: {
      description:
        'Attempts that recordAttempt recorded; only of challenges, which say what several make.',
    },
  },
});

export const RankModeEnum = builder.enumType('RankMode', {
  description:
    'How equal scores are ranked. They are listed by who reached the score first in any case.',
  values: {
    COMPETITION: { description: 'They share the better rank: 1, 2, 2, 4.' },
    DENSE: { description: 'They share a rank, and none is left out: 1, 2, 2, 3.' },
    UNIQUE: { description: 'Each has a rank of its own, in the order of the list: 1, 2, 3, 4.' },
  },
});
