import type { RuleKind } from '../generated/prisma/enums.ts';
import { assert } from '../platform/assert.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import {
  type Badge,
  type Campaign,
  type CheckInPlan,
  type Definitions,
  type EarningRule,
  type PointsPolicy,
  parseDefinition,
  type Task,
  type Tiers,
} from '../rules/definition.ts';
import { ruleName, triggerKey, type Versioned } from '../rules/versioned.ts';

/** A program's rules as every command of a batch sees them: all published versions. */
export type ProgramConfig = {
  readonly id: number;
  readonly key: string;
  readonly version: number;
  /** IANA zone in which its days are counted. */
  readonly zone: string;
  readonly dayStartMinutes: number;
  readonly latenessHours: number;
  /** Id of the check-in plan: check-ins name it. */
  readonly planId: number;
  readonly plans: readonly Versioned<CheckInPlan>[];
  /** By trigger (`triggerKey`), most important first. */
  readonly earning: ReadonlyMap<string, readonly Versioned<EarningRule>[]>;
  readonly campaigns: readonly Versioned<Campaign>[];
  readonly tiers: readonly Versioned<Tiers>[];
  readonly policies: readonly Versioned<PointsPolicy>[];
  /** Including those that have ended: facts of their time may still come. */
  readonly tasks: readonly Versioned<Task>[];
  /** As of tasks. */
  readonly badges: readonly Versioned<Badge>[];
};

type VersionRow = {
  readonly ruleId: number;
  readonly kind: RuleKind;
  readonly key: string;
  readonly version: number;
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly definition: unknown;
};
type ConfigRow = {
  config: Pick<
    ProgramConfig,
    'id' | 'key' | 'version' | 'zone' | 'dayStartMinutes' | 'latenessHours' | 'planId'
  > & { versions: VersionRow[] };
};

const loadConfigs = (client: Pool | PoolClient, programIds: number[]) =>
  named<ConfigRow>(
    client,
    'programs.loadConfigs',
    `select json_build_object(
       'id', p.id, 'key', p.key, 'version', p.config_version, 'zone', p.zone,
       'dayStartMinutes', p.day_start_minutes, 'latenessHours', p.lateness_hours,
       'planId', (select min(r.id) from rule r
                  where r.program_id = p.id and r.kind = 'CHECK_IN_PLAN'),
       'versions', coalesce((select json_agg(json_build_object('ruleId', r.id, 'kind', r.kind,
                  'key', r.key, 'version', v.version, 'definition', v.definition,
                  'startsAt', extract(epoch from v.starts_at) * 1000,
                  'endsAt', extract(epoch from v.ends_at) * 1000) order by r.id, v.version)
                from rule r join rule_version v on v.rule_id = r.id
                where r.program_id = p.id and v.starts_at is not null), '[]')) as config
     from program p where p.id = any($1)`,
    [programIds],
  );

/** What was published was checked; a definition of an older release lacks only what has a default. */
function published<Kind extends RuleKind>(kind: Kind, json: unknown): Definitions[Kind] {
  const parsed = parseDefinition(kind, json);
  assert(parsed.ok, 'a published definition is valid');
  return parsed.definition;
}

function configOf({ versions, ...program }: ConfigRow['config']): ProgramConfig {
  const of = <Kind extends RuleKind>(kind: Kind): Versioned<Definitions[Kind]>[] =>
    versions
      .filter((row) => row.kind === kind)
      .map((row) => ({
        ruleId: row.ruleId,
        key: row.key,
        version: row.version,
        startsAt: Number(row.startsAt),
        endsAt: row.endsAt === null ? Number.POSITIVE_INFINITY : Number(row.endsAt),
        name: ruleName(kind, row.key),
        definition: published(kind, row.definition),
      }));
  const earning = new Map<string, Versioned<EarningRule>[]>();
  const byPriority = of('EARNING').sort((a, b) => b.definition.priority - a.definition.priority);
  for (const rule of byPriority) {
    const key = triggerKey(rule.definition.trigger);
    const rules = earning.get(key);
    if (rules === undefined) earning.set(key, [rule]);
    else rules.push(rule);
  }
  return {
    ...program,
    plans: of('CHECK_IN_PLAN'),
    earning,
    campaigns: of('CAMPAIGN'),
    tiers: of('TIERS'),
    policies: of('POINTS_POLICY'),
    tasks: of('TASK'),
    badges: of('BADGE'),
  };
}

/**
 * Each program's rules, held in memory. Writers bump `program.config_version` in the
 * transaction that changes a rule; every batch compares, so a stale copy never decides.
 */
export class ProgramConfigs {
  readonly #byId = new Map<number, ProgramConfig>();

  /** The rules of these programs at least as new as `versions` says (program id → version). */
  async current(
    client: Pool | PoolClient,
    versions: ReadonlyMap<number, number>,
  ): Promise<ReadonlyMap<number, ProgramConfig>> {
    const isOld = (id: number, version: number) => {
      const known = this.#byId.get(id);
      return known === undefined || known.version < version;
    };
    const stale = [...versions].filter(([id, version]) => isOld(id, version)).map(([id]) => id);
    const rows = stale.length === 0 ? [] : await loadConfigs(client, stale);
    for (const { config } of rows) {
      // Another batch may have read a newer one meanwhile: never back to an older.
      if (isOld(config.id, config.version)) this.#byId.set(config.id, configOf(config));
    }
    // A map of its own: what others load later changes nothing for who asked now.
    const known = [...versions.keys()].map((id) => this.#byId.get(id));
    return new Map(known.flatMap((config) => (config === undefined ? [] : [[config.id, config]])));
  }
}
