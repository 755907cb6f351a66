import {
  type RecordActivityInput,
  type RecordActivityOutcome,
  recordActivity,
} from '../activities/record-activity.ts';
import { type CheckInInput, checkIn } from '../checkin/check-in.ts';
import type { CheckInOutcome } from '../checkin/record-check-in.ts';
import type { Rehearsed } from '../engine/engine.ts';
import { activityCommand } from '../graphql/activity-command.ts';
import { authorizationError, builder } from '../graphql/builder.ts';
import { CheckInInputType, RecordActivityInputType } from '../graphql/command-inputs.ts';
import { known } from '../graphql/context.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { AwardType, RuleKindEnum } from '../graphql/refs.ts';
import { type Code, RefusalCode } from '../graphql/refusal-interface.ts';
import { limits } from '../limits.ts';
import { memberRefFor } from '../members/member-access.ts';
import { InputError, Refusal } from '../platform/refusal.ts';
import type { Considered } from './consider.ts';
import type { EarnedWithTier } from './earn.ts';
import { rehearse, type WithConsidered } from './rehearsal.ts';

/** A refusal as a value: GraphQL takes an error that is returned for one that was thrown. */
type QuoteRefusal = { readonly code: Code; readonly message: string };
type QuoteShape = EarnedWithTier &
  WithConsidered & {
    readonly repeated: boolean;
    readonly refusal?: QuoteRefusal;
  };

const QuoteRefusalType = builder.objectRef<QuoteRefusal>('QuoteRefusal').implement({
  description: 'Why a command would be refused.',
  fields: (t) => ({
    code: t.expose('code', { type: RefusalCode, description: 'Which refusal it would be.' }),
    message: t.exposeString('message', { description: 'What it means, for people (English).' }),
  }),
});

const ConsideredType = builder.objectRef<Considered>('ConsideredRule').implement({
  description: 'A rule or campaign that a quote looked at.',
  fields: (t) => ({
    rule: t.exposeString('rule', {
      nullable: true,
      description: 'Its name: earning:purchase, campaign:spring; null: no rule is for such facts.',
    }),
    version: t.exposeInt('version', { nullable: true, description: 'Its version then.' }),
    applied: t.exposeBoolean('applied', { description: 'Whether it applies.' }),
    because: t.exposeString('because', { description: 'Why, or why not, in words (English).' }),
  }),
});

const DraftInput = builder.inputType('TriedDraftInput', {
  description: 'A rule whose draft is tried as if it were in force, in place of what is published.',
  fields: (t) => ({
    kind: t.field({ type: RuleKindEnum, required: true, description: 'Its kind.' }),
    key: t.string({ required: true, description: 'Its short name.' }),
  }),
});

const QuoteType = builder.objectRef<QuoteShape>('Quote').implement({
  description: 'What a command would pay if it were sent now. It consumes nothing.',
  fields: (t) => ({
    points: t.field({
      type: 'SafeInt',
      description: 'Points it would pay in all.',
      resolve: ({ entries }) => entries.reduce((sum, { amount }) => sum + amount, 0),
    }),
    awards: t.field({
      type: [AwardType],
      description: 'What they would be for; with 0 points where caps or budgets leave nothing.',
      resolve: ({ entries, withheld }) => [...entries, ...withheld],
    }),
    considered: t.field({
      type: [ConsideredType],
      description:
        'The rules and campaigns for such facts, and why each applies or not. For OPERATOR and ' +
        'SERVICE keys; members get none.',
      resolve: ({ considered }, _args, { viewer }) =>
        viewer.kind === 'key' ? [...considered] : [],
    }),
    repeated: t.exposeBoolean('repeated', {
      description: 'True when it was done before and so would pay nothing.',
    }),
    refusal: t.field({
      type: QuoteRefusalType,
      nullable: true,
      description: 'Why it would be refused; null when it would not be.',
      resolve: ({ refusal }) => refusal ?? null,
    }),
  }),
});

const QuoteInput = builder.inputType('QuoteInput', {
  description: 'The command to try: exactly one.',
  isOneOf: true,
  fields: (t) => ({
    checkIn: t.field({ type: CheckInInputType, description: 'A check-in.' }),
    activity: t.field({ type: RecordActivityInputType, description: 'An activity.' }),
  }),
});

builder.queryField('quote', (t) =>
  t.field({
    type: QuoteType,
    nullable: true,
    description:
      'What a check-in or an activity would pay if it were sent now, and why. A member token may ' +
      'ask for its own member’s check-in.',
    authScopes: { acts: true },
    args: {
      input: t.arg({ type: QuoteInput, required: true, description: 'What to try.' }),
      withDrafts: t.arg({
        type: [DraftInput],
        description: 'Drafts to try with it, up to 20. For OPERATOR keys.',
      }),
      at: t.arg({
        type: 'DateTime',
        description: 'Tries it as if it were then; not in the past. For OPERATOR keys.',
      }),
    },
    resolve: async (_root, { input, withDrafts, at }, context) => {
      const viewer = known(context.viewer);
      const trial = { withDrafts: withDrafts ?? [], at: at ?? undefined };
      const isTrial = trial.withDrafts.length > 0 || trial.at !== undefined;
      if (isTrial && !(viewer.kind === 'key' && viewer.role === 'OPERATOR')) {
        throw authorizationError(context, 'operator');
      }
      if (trial.withDrafts.length > limits.quoteDraftsMax) {
        throw new InputError('withDrafts', `may have at most ${limits.quoteDraftsMax} entries`);
      }
      if (input.checkIn) {
        const member = await memberRefFor(context, input.checkIn.member, 'input.checkIn.member');
        const command: CheckInInput = { ...withoutNulls(input.checkIn), member };
        const isRepeat = ({ alreadyCheckedIn }: CheckInOutcome) => alreadyCheckedIn;
        const trigger = { on: 'CHECK_IN' } as const;
        const tried = { operation: checkIn, input: command, trigger, isRepeat };
        return quoteOf(await rehearse(context.app, viewer, tried, trial), isRepeat);
      }
      if (!input.activity) throw new InputError('input', 'names no command');
      if (viewer.kind === 'member') throw new InputError('input.activity', 'is not for members');
      const command: RecordActivityInput = await activityCommand(context, input.activity);
      const isRepeat = ({ alreadyRecorded }: RecordActivityOutcome) => alreadyRecorded;
      const trigger = { on: 'ACTIVITY', type: command.type } as const;
      const tried = { operation: recordActivity, input: command, trigger, isRepeat };
      return quoteOf(await rehearse(context.app, viewer, tried, trial), isRepeat);
    },
  }),
);

function quoteOf<Outcome extends EarnedWithTier & WithConsidered>(
  verdict: Rehearsed<Outcome> | undefined,
  isRepeat: (outcome: Outcome) => boolean,
): QuoteShape | null {
  if (verdict === undefined) return null;
  if ('answer' in verdict) {
    const { outcome, replayed } = verdict.answer;
    if (replayed) return { entries: [], withheld: [], considered: [], repeated: true };
    return { ...outcome, repeated: isRepeat(outcome) };
  }
  if (!(verdict.error instanceof Refusal)) throw verdict.error;
  const { code, message } = verdict.error;
  const refusal = { code: code as Code, message };
  return { entries: [], withheld: [], considered: [], repeated: false, refusal };
}
