/** What else is published while a rule is to be: publishing and retiring look at it. */
import { assert } from '../platform/assert.ts';
import { localDateOf } from '../platform/calendar.ts';
import type { SettingsChange as Change } from '../programs/change-settings.ts';
import { type Definitions, parseDefinition, type RuleKind } from './definition.ts';
import type { OtherRules } from './publish-checks.ts';
import {
  endOf,
  FOREVER,
  judgingVersions,
  type RuleRow,
  versionAt,
  withVersions,
} from './rule-rows.ts';
import { neededBy } from './task-definition.ts';

/** What is published for some of the time from `startsAt` to `endsAt`, the rule itself left out. */
export async function otherRules(
  { tx, programId, program, now }: Change,
  { id, key }: RuleRow,
  startsAt: Date,
  endsAt: Date | null,
): Promise<OtherRules> {
  const rules = await tx.rule.findMany({
    where: { programId, kind: { in: ['CAMPAIGN', 'TIERS', 'TASK'] }, id: { not: id } },
    include: withVersions,
  });
  const until = endsAt ?? FOREVER;
  const meeting = <Kind extends RuleKind>(kind: Kind) =>
    rules
      .filter((rule) => rule.kind === kind)
      .map((rule) => ({
        key: rule.key,
        definitions: judgingVersions(rule)
          .filter((other) => startsAt.getTime() < endOf(other) && other.startsAt < until)
          .map(({ definition }) => published(kind, definition)),
      }));
  const tiers = rules
    .filter(({ kind }) => kind === 'TIERS')
    .map((rule) => versionAt(rule, startsAt))
    .find((version) => version !== undefined);
  return {
    key,
    campaigns: meeting('CAMPAIGN').flatMap((rule) =>
      rule.definitions.map((definition) => ({ key: rule.key, definition })),
    ),
    tasks: meeting('TASK').flatMap((rule) =>
      rule.definitions.slice(0, 1).map((definition) => ({ key: rule.key, definition })),
    ),
    tiers: tiers === undefined ? null : published('TIERS', tiers.definition),
    today: localDateOf(now, program.zone, program.dayStartMinutes),
  };
}

/** Keys of the tasks, in force or scheduled after an instant, that need a task. */
export async function tasksThatNeed(change: Change, rule: RuleRow, at: Date): Promise<string[]> {
  const { tasks } = await otherRules(change, rule, at, null);
  return tasks
    .filter(({ definition }) => neededBy(definition).includes(rule.key))
    .map(({ key }) => key);
}

function published<Kind extends RuleKind>(kind: Kind, json: unknown): Definitions[Kind] {
  const parsed = parseDefinition(kind, json);
  assert(parsed.ok, 'a published definition is valid');
  return parsed.definition;
}
