import type { SettingsChange } from '../programs/change-settings.ts';
import { parseDefinition, type Tiers } from '../rules/definition.ts';
import { findRule, versionAt } from '../rules/rule-rows.ts';

/** The tiers that are in force at an instant, or now when it is gone; null: there are none. */
export async function tiersFrom(
  { tx, programId, now }: SettingsChange,
  at: Date,
): Promise<Tiers | null> {
  const rule = await findRule(tx, { programId, kind: 'TIERS', key: 'default' });
  const version = rule === null ? undefined : versionAt(rule, at < now ? now : at);
  const parsed = version && parseDefinition('TIERS', version.definition);
  return parsed?.ok ? parsed.definition : null;
}
