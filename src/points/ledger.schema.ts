import { z } from 'zod';
import type { Viewer } from '../auth/viewer.ts';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';
import {
  ActorType,
  AwardType,
  CapPeriodEnum,
  type LedgerEntryShape,
  MemberType,
} from '../graphql/refs.ts';
import { mayReadPrivate } from '../members/member-access.ts';
import type { AppliedLimit, AppliedMultiplier } from './explain.ts';
import {
  debtRepaid,
  explainEntry,
  factsOf,
  namesRules,
  reasonOf,
  usedFacts,
  wantedPoints,
} from './explain.ts';
import { limitParts, namesAt } from './names.ts';
import { loadLedger } from './points.sql.ts';

const EntryKindEnum = builder.enumType('LedgerEntryKind', {
  description: 'What an entry does to the balance.',
  values: {
    EARN: { description: 'Adds points that a rule paid.' },
    SPEND: { description: 'Takes points for a reward.' },
    EXPIRY: { description: 'Takes what was left of expired points.' },
    ADJUSTMENT: { description: 'Adds or takes points by hand.' },
    REVERSAL: { description: 'Takes back what an earlier line earned.' },
    REFUND: { description: 'Gives back what an earlier line spent.' },
    PRIZE: {
      description:
        'Adds points won in a season or a challenge. They count for no tier, leaderboard, task or cap ' +
        'and are not part of lifetimeEarned.',
    },
  },
});

const ReasonEnum = builder.enumType('AwardReason', {
  description: 'Why points moved.',
  values: {
    CHECK_IN: { description: 'A check-in paid its day.' },
    STREAK_CORRECTION: {
      description:
        'A check-in that arrived late lengthened the run: the day was paid the difference.',
    },
    MILESTONE: { description: 'A number of check-ins in a week, a month or in all was reached.' },
    RULE: { description: 'A rule for check-ins paid.' },
    ACTIVITY: { description: 'An activity paid by its rule.' },
    ENROLMENT: { description: 'A rule for newcomers paid.' },
    TASK: { description: 'A task was completed.' },
    REDEMPTION: { description: 'A reward was bought.' },
    REFUND: { description: 'What a reward had cost was given back.' },
    ENTRY_FEE: { description: 'The entry fee of a challenge.' },
    ENTRY_FEE_REFUND: { description: 'The entry fee of a challenge was given back.' },
    HOLD: { description: 'Points of a hold were captured.' },
    EXPIRY: { description: 'Points expired.' },
    REVERSAL: { description: 'What was earned was taken back.' },
    ADJUSTMENT: { description: 'An operator corrected the balance.' },
    PRIZE: { description: 'A place of a season or a challenge won.' },
  },
});

const LocaleEnum = builder.enumType('Locale', {
  description: 'A language of explanations.',
  values: {
    EN: { description: 'English.' },
    ZH_CN: { description: '简体中文 (Chinese, simplified).' },
  },
});

const MultiplierKindEnum = builder.enumType('MultiplierKind', {
  description: 'What multiplied an award, in the order they do.',
  values: {
    TIER: { description: 'The member’s tier.' },
    CAMPAIGN: { description: 'A campaign.' },
    BOOST: { description: 'A campaign in the layer of boosts.' },
  },
});

const AwardLimitKindEnum = builder.enumType('AwardLimitKind', {
  description: 'What cut an award.',
  values: {
    CAP: { description: 'The most a member gets in a period.' },
    BUDGET: { description: 'The most a rule or campaign pays in all, to everybody.' },
  },
});

const MultiplierType = builder.objectRef<AppliedMultiplier>('Multiplier').implement({
  description: 'Something that multiplied an award.',
  fields: (t) => ({
    kind: t.expose('kind', { type: MultiplierKindEnum, description: 'What it is.' }),
    key: t.exposeString('key', { description: 'Key of the tier or campaign.' }),
    percent: t.exposeInt('percent', { description: '200 is double.' }),
  }),
});

const AwardLimitType = builder.objectRef<AppliedLimit>('AwardLimit').implement({
  description: 'A cap or budget that cut an award.',
  fields: (t) => ({
    kind: t.field({
      type: AwardLimitKindEnum,
      description: 'What it is.',
      resolve: (limit) => limitParts(limit).kind,
    }),
    rule: t.string({
      nullable: true,
      description: 'Whose: earning:purchase, campaign:spring; null: of all rules together.',
      resolve: (limit) => limitParts(limit).rule,
    }),
    period: t.field({
      type: CapPeriodEnum,
      nullable: true,
      description: 'Of a cap its period.',
      resolve: (limit) => limitParts(limit).period,
    }),
    limit: t.exposeString('limit', {
      deprecationReason: 'Ask for kind, rule and period.',
      description:
        'Which: CAP, the rule (* for all of them) and its period, or BUDGET and the rule.',
    }),
    room: t.expose('room', { type: 'SafeInt', description: 'Points it had left.' }),
  }),
});

const activatesText = 'From when on the points can be spent';
const expiresText = 'From when on they cannot be spent any more';

builder.objectType(AwardType, {
  description: 'Points that a command paid, and why.',
  fields: (t) => ({
    points: t.expose('amount', { type: 'SafeInt', description: 'How many.' }),
    ruleVersion: t.exposeString('ruleVersion', {
      nullable: true,
      description: 'The plan or rule that set the amount, with its version.',
    }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      description: 'When the fact happened that the points are for.',
    }),
    activatesAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: `${activatesText}; null: once somebody confirms them.`,
      resolve: ({ activatesAt, occurredAt }) =>
        activatesAt === undefined ? occurredAt : activatesAt,
    }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: `${expiresText}; null: never.`,
      resolve: ({ expiresAt }) => expiresAt ?? null,
    }),
  }),
});

/** Who asked for an adjustment, or approved it; members are not told. */
function actorIn(entry: LedgerEntryShape, name: 'requestedBy' | 'decidedBy', { kind }: Viewer) {
  const actor = factsOf(entry)[name];
  return kind === 'key' && typeof actor === 'string' ? actor : null;
}

const LedgerEntryType = builder.objectRef<LedgerEntryShape>('LedgerEntry').implement({
  description: 'One line of a member’s ledger. It is never changed; corrections are new lines.',
  fields: (t) => ({
    seq: t.expose('seq', {
      type: 'SafeInt',
      description: '1, 2, 3 … in the member’s ledger, without gaps.',
    }),
    kind: t.expose('kind', { type: EntryKindEnum, description: 'What it does to the balance.' }),
    amount: t.expose('amount', {
      type: 'SafeInt',
      description: 'Points added (positive) or taken (negative).',
    }),
    ruleVersion: t.exposeString('ruleVersion', {
      nullable: true,
      description: 'The plan or rule that set the amount, with its version; null when none did.',
    }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      description: 'When the fact happened.',
    }),
    localDate: t.expose('localDate', {
      type: 'Date',
      description: 'The date of the fact in the program’s zone.',
    }),
    requestedBy: t.field({
      type: ActorType,
      nullable: true,
      description: 'Of an adjustment above the limit: who asked. For keys; null for members.',
      resolve: (entry, _args, { viewer }) => actorIn(entry, 'requestedBy', viewer),
    }),
    decidedBy: t.field({
      type: ActorType,
      nullable: true,
      description: 'Of such an adjustment: who approved it. For keys; null for members.',
      resolve: (entry, _args, { viewer }) => actorIn(entry, 'decidedBy', viewer),
    }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was written.' }),
    activatesAt: t.expose('activatesAt', {
      type: 'DateTime',
      nullable: true,
      description: `${activatesText}; null: not confirmed yet, or the line made no points.`,
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: `${expiresText}; null: never, or the line made no points.`,
    }),
  }),
});

/** Awards and lines say why in the same words. */
for (const type of [AwardType, LedgerEntryType]) {
  builder.objectFields(type, (t) => ({
    reason: t.field({ type: ReasonEnum, description: 'Why, as a code.', resolve: reasonOf }),
    explanation: t.string({
      description: 'Why, in words: the facts, what multiplied it, what cut it, and the rule.',
      args: {
        locale: t.arg({
          type: LocaleEnum,
          required: true,
          defaultValue: 'EN',
          description: 'In which language.',
        }),
      },
      resolve: async (entry, { locale }, { app, viewer }) => {
        if (!namesRules(entry)) return explainEntry(entry, locale);
        const rules = await app.rules.find(known(viewer).programId);
        const names = namesAt(rules, new Date(entry.occurredAt), entry.ruleVersion);
        return explainEntry(entry, locale, names);
      },
    }),
    facts: t.field({
      type: 'JSON',
      description:
        'The facts it was decided by, by name, as they were then: such as the streak day, the ' +
        'value, and whatever the rule’s condition asked.',
      resolve: usedFacts,
    }),
    debtRepaid: t.field({
      type: 'SafeInt',
      description:
        'Of its points, how many repaid at once what was owed. Points that become active later, or ' +
        'that a hold set aside, repay then: confirmPoints says how many, or the event ' +
        '(points.repaid, hold.captured, hold.released).',
      resolve: debtRepaid,
    }),
    wanted: t.field({
      type: 'SafeInt',
      description: 'What the rule came to before caps and budgets; the same when nothing was cut.',
      resolve: wantedPoints,
    }),
    multipliers: t.field({
      type: [MultiplierType],
      description: 'What multiplied it, in the order it was applied: tier, campaigns, boosts.',
      resolve: (entry) => factsOf(entry).multipliers ?? [],
    }),
    limits: t.field({
      type: [AwardLimitType],
      description: 'Caps and budgets that cut it.',
      resolve: (entry) => factsOf(entry).limits ?? [],
    }),
  }));
}

const ledgerCursor = cursorCodec('ledger', z.number().int().positive());

builder.objectFields(MemberType, (t) => ({
  ledger: t.connection(
    {
      type: LedgerEntryType,
      description:
        'The member’s ledger, newest line first. For the member and for OPERATOR and SERVICE keys.',
      authScopes: (member, _args, context) => mayReadPrivate(context, member),
      resolve: ({ memberId }, args, { app }) =>
        pageOf(
          args,
          ledgerCursor,
          (range) => loadLedger(app.pool, memberId, range),
          ({ seq }) => seq,
        ),
    },
    { description: 'A page of a ledger.' },
    { description: 'A ledger line in a page.' },
  ),
}));
