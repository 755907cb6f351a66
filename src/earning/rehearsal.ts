/** Tries a command for a quote: what it would pay, and what was considered on the way. */
import type { App } from '../app.ts';
import type { KnownViewer } from '../auth/viewer.ts';
import type { Rehearsed, Trial } from '../engine/engine.ts';
import type { Keyed, Operation } from '../engine/operation.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../platform/clock.ts';
import { InputError } from '../platform/refusal.ts';
import { type Draft, trialConfigs } from '../programs/trial.ts';
import type { RuleKind } from '../rules/definition.ts';
import { draftOf, findRule } from '../rules/rule-rows.ts';
import { type Considered, consider, type Judged, noRule } from './consider.ts';
import { type EarnedWithTier, type GivenFact, watchFacts } from './earn.ts';

/** What an operator tries besides the command itself. */
export type TrialInput = {
  readonly withDrafts: readonly { readonly kind: RuleKind; readonly key: string }[];
  readonly at: Date | undefined;
};

export type WithConsidered = { readonly considered: readonly Considered[] };

/** The same command, which tells what it was judged by. */
function watched<Input extends Keyed, Outcome extends EarnedWithTier>(
  operation: Operation<Input, Outcome>,
  trigger: GivenFact['trigger'],
  isRepeat: (outcome: Outcome) => boolean,
): Operation<Input, Outcome & WithConsidered> {
  return {
    ...operation,
    decide(facts, input, now) {
      const seen: Judged[] = [];
      watchFacts(facts, (judged) => seen.push(judged));
      const outcome = operation.decide(facts, input, now);
      const judged = seen[0];
      if (judged !== undefined) return { considered: consider(judged, outcome), ...outcome };
      const nothing = isRepeat(outcome) ? [] : [noRule(facts.program, { trigger })];
      return { considered: nothing, ...outcome };
    },
  };
}

/** Rehearses one command; nothing of it is kept. */
export async function rehearse<Input extends Keyed, Outcome extends EarnedWithTier>(
  app: App,
  viewer: KnownViewer,
  command: {
    readonly operation: Operation<Input, Outcome>;
    readonly input: Input;
    readonly trigger: GivenFact['trigger'];
    readonly isRepeat: (outcome: Outcome) => boolean;
  },
  given: TrialInput,
): Promise<Rehearsed<Outcome & WithConsidered> | undefined> {
  const { operation, input, trigger, isRepeat } = command;
  const trial = await trialOf(app, viewer.programId, given);
  const asked = watched(operation, trigger, isRepeat);
  const [verdict] = await app.engine.rehearse(asked, viewer, [input], undefined, trial);
  return verdict;
}

async function trialOf(
  { db, clock }: App,
  programId: number,
  { withDrafts, at }: TrialInput,
): Promise<Trial> {
  if (at !== undefined && at.getTime() < clock.now().getTime() - limits.rulePastToleranceMs) {
    throw new InputError('at', 'must not be in the past');
  }
  const drafts: Draft[] = [];
  for (const [index, { kind, key }] of withDrafts.entries()) {
    const rule = await findRule(db, { programId, kind, key });
    const draft = rule === null ? undefined : draftOf(rule);
    if (draft === undefined) {
      throw new InputError(`withDrafts.${index}`, `there is no draft of ${kind} ${key}`);
    }
    drafts.push({ ...draft, kind, key });
  }
  return {
    ...(at !== undefined && { clock: standingAt(at) }),
    ...(drafts.length > 0 && {
      configs: trialConfigs(programId, drafts),
      newBudgets: drafts.map(({ ruleId }) => ruleId),
    }),
  };
}

const standingAt = (at: Date): Clock => ({
  now: () => at,
  databaseNow: () => Promise.resolve(at),
  fromDatabase: () => at,
});
