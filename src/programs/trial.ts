/** A program's rules as they would be with some drafts published, for quotes. Nothing is kept. */
import {
  type Definitions,
  type EarningRule,
  parseDefinition,
  type RuleKind,
} from '../rules/definition.ts';
import { ruleName, triggerKey, type Versioned } from '../rules/versioned.ts';
import { type ProgramConfig, ProgramConfigs } from './config.ts';

/** A draft as if it had always been in force. */
export type Draft = {
  readonly ruleId: number;
  readonly kind: RuleKind;
  readonly key: string;
  readonly version: number;
  readonly definition: unknown;
};

/** Rules as the database has them, with the drafts in place of what is published of their rules. */
export function trialConfigs(
  programId: number,
  drafts: readonly Draft[],
): Pick<ProgramConfigs, 'current'> {
  const configs = new ProgramConfigs();
  return {
    async current(client, versions) {
      const known = await configs.current(client, versions);
      const program = known.get(programId);
      return program === undefined
        ? known
        : new Map(known).set(programId, drafts.reduce(withDraft, program));
    },
  };
}

function withDraft(program: ProgramConfig, draft: Draft): ProgramConfig {
  const put = <Kind extends RuleKind>(
    kind: Kind,
    versions: readonly Versioned<Definitions[Kind]>[],
  ): Versioned<Definitions[Kind]>[] => {
    const others = versions.filter(({ ruleId }) => ruleId !== draft.ruleId);
    const parsed = parseDefinition(kind, draft.definition);
    return draft.kind === kind && parsed.ok
      ? [...others, versionOf(draft, parsed.definition)]
      : others;
  };
  const byPriority = put('EARNING', [...program.earning.values()].flat()).sort(
    (a, b) => b.definition.priority - a.definition.priority || a.ruleId - b.ruleId,
  );
  const earning = new Map<string, Versioned<EarningRule>[]>();
  for (const rule of byPriority) {
    const key = triggerKey(rule.definition.trigger);
    earning.set(key, [...(earning.get(key) ?? []), rule]);
  }
  return {
    ...program,
    earning,
    campaigns: put('CAMPAIGN', program.campaigns),
    plans: put('CHECK_IN_PLAN', program.plans),
    tiers: put('TIERS', program.tiers),
    policies: put('POINTS_POLICY', program.policies),
  };
}

const versionOf = <Definition>(
  { ruleId, key, kind, version }: Draft,
  definition: Definition,
): Versioned<Definition> => ({
  ...{ ruleId, key, version, definition, name: ruleName(kind, key) },
  ...{ startsAt: Number.NEGATIVE_INFINITY, endsAt: Number.POSITIVE_INFINITY },
});
