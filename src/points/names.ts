/** What rules are called, and how large their caps are, by the versions in force at a time. */
import type { ProgramConfig } from '../programs/config.ts';
import type { Cap } from '../rules/definition.ts';
import { inForce, oneInForce, versionName } from '../rules/versioned.ts';
import type { AppliedLimit, AppliedMultiplier } from './explain.ts';

/** A limit by its parts; `rule` null: all rules together. */
export type LimitParts = {
  readonly kind: 'CAP' | 'BUDGET';
  readonly rule: string | null;
  readonly period: Cap['period'] | null;
};

/** What `CAP earning:purchase DAY` or `BUDGET campaign:spring` says. */
export function limitParts({ limit }: Pick<AppliedLimit, 'limit'>): LimitParts {
  const [kind, name = '', period] = limit.split(' ');
  const rule = name === '*' ? null : (name.split('@')[0] ?? name);
  if (kind !== 'CAP') return { kind: 'BUDGET', rule, period: null };
  return { kind, rule, period: (period ?? null) as Cap['period'] | null };
}

export type Names = {
  /** The name of a tier or the title of a campaign; else its key. */
  readonly multiplier: (by: Pick<AppliedMultiplier, 'kind' | 'key'>) => string;
  /** Points of a cap; undefined when it is not known. */
  readonly capSize: (limit: LimitParts) => number | undefined;
};

/** Knows no rule. */
export const keysAlone: Names = { multiplier: ({ key }) => key, capSize: () => undefined };

/** Names as of `at`; the size of a rule's own cap only if its version set the amount. */
export function namesAt(program: ProgramConfig, at: Date, ruleVersion: string | null): Names {
  return {
    multiplier: ({ kind, key }) => {
      const found =
        kind === 'TIER'
          ? oneInForce(program.tiers, at)?.definition.levels.find((level) => level.key === key)
              ?.name
          : inForce(program.campaigns, at).find((one) => one.key === key)?.definition.title;
      return found ?? key;
    },
    capSize: ({ rule, period }) => {
      const earning = () =>
        [...program.earning.values()].flat().find((one) => versionName(one) === ruleVersion);
      const own = rule === null ? oneInForce(program.policies, at) : earning();
      return own?.definition.caps.find((cap) => cap.period === period)?.points;
    },
  };
}
