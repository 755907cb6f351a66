import { type RecordActivityInput, recordActivity } from '../activities/record-activity.ts';
import { type CheckInInput, checkIn } from '../checkin/check-in.ts';
import type { Rehearsed } from '../engine/engine.ts';
import { activityCommand } from '../graphql/activity-command.ts';
import { builder } from '../graphql/builder.ts';
import { CheckInInputType, RecordActivityInputType } from '../graphql/command-inputs.ts';
import { known } from '../graphql/context.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { AwardType } from '../graphql/refs.ts';
import { type Code, RefusalCode } from '../graphql/refusal-interface.ts';
import { memberRefFor } from '../members/member-access.ts';
import { InputError, Refusal } from '../platform/refusal.ts';
import type { EarnedWithTier } from './earn.ts';

/** A refusal as a value: GraphQL takes an error that is returned for one that was thrown. */
type QuoteRefusal = { readonly code: Code; readonly message: string };
type QuoteShape = EarnedWithTier & {
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
    args: { input: t.arg({ type: QuoteInput, required: true, description: 'What to try.' }) },
    resolve: async (_root, { input }, context) => {
      const { engine } = context.app;
      const viewer = known(context.viewer);
      if (input.checkIn) {
        const member = await memberRefFor(context, input.checkIn.member, 'input.checkIn.member');
        const command: CheckInInput = { ...withoutNulls(input.checkIn), member };
        const [verdict] = await engine.rehearse(checkIn, viewer, [command]);
        return quoteOf(verdict, ({ alreadyCheckedIn }) => alreadyCheckedIn);
      }
      if (!input.activity) throw new InputError('input', 'names no command');
      if (viewer.kind === 'member') throw new InputError('input.activity', 'is not for members');
      const command: RecordActivityInput = await activityCommand(context, input.activity);
      const [verdict] = await engine.rehearse(recordActivity, viewer, [command]);
      return quoteOf(verdict, ({ alreadyRecorded }) => alreadyRecorded);
    },
  }),
);

function quoteOf<Outcome extends EarnedWithTier>(
  verdict: Rehearsed<Outcome> | undefined,
  isRepeat: (outcome: Outcome) => boolean,
): QuoteShape | null {
  if (verdict === undefined) return null;
  if ('answer' in verdict) {
    const { outcome, replayed } = verdict.answer;
    if (replayed) return { entries: [], withheld: [], repeated: true };
    return { ...outcome, repeated: isRepeat(outcome) };
  }
  if (!(verdict.error instanceof Refusal)) throw verdict.error;
  const { code, message } = verdict.error;
  const refusal = { code: code as Code, message };
  return { entries: [], withheld: [], repeated: false, refusal };
}
