import type { LadderEnd } from '../generated/prisma/enums.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** What a check-in pays, as the operator set it. */
export type Plan = {
  readonly id: number;
  readonly key: string;
  readonly version: number;
  /** Points of day 1, day 2 … of a run. */
  readonly ladder: readonly number[];
  readonly ladderEnd: LadderEnd;
  /** Days its points live (null: for ever). */
  readonly pointsDays: number | null;
};

/** What an activity of one type pays. */
export type EarningRule = {
  readonly id: number;
  readonly version: number;
  readonly points: number;
  /** Days until its points can be spent (0: at once). */
  readonly pendingDays: number;
  readonly pointsDays: number | null;
};

/** A program's rules as every command of a batch sees them. */
export type ProgramConfig = {
  readonly id: number;
  readonly key: string;
  readonly version: number;
  /** IANA zone in which its days are counted. */
  readonly zone: string;
  readonly dayStartMinutes: number;
  readonly latenessHours: number;
  readonly plan: Plan;
  /** By activity type. */
  readonly rules: ReadonlyMap<string, EarningRule>;
};

type ConfigRow = {
  config: Omit<ProgramConfig, 'rules'> & { rules: (EarningRule & { activityType: string })[] };
};

const loadConfigs = (client: Pool | PoolClient, programIds: number[]) =>
  named<ConfigRow>(
    client,
    'programs.loadConfigs',
    `select json_build_object(
       'id', p.id, 'key', p.key, 'version', p.config_version, 'zone', p.zone,
       'dayStartMinutes', p.day_start_minutes, 'latenessHours', p.lateness_hours,
       'plan', (select json_build_object('id', l.id, 'key', l.key, 'version', l.version,
                  'ladder', l.ladder, 'ladderEnd', l.ladder_end, 'pointsDays', l.points_days)
                from plan l where l.program_id = p.id order by l.id limit 1),
       'rules', coalesce((select json_agg(json_build_object('id', r.id, 'version', r.version,
                  'activityType', r.activity_type, 'points', r.points,
                  'pendingDays', r.pending_days, 'pointsDays', r.points_days))
                from earning_rule r where r.program_id = p.id), '[]')) as config
     from program p where p.id = any($1)`,
    [programIds],
  );

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
    const stale = [...versions].filter(([id, version]) => this.#byId.get(id)?.version !== version);
    if (stale.length > 0) {
      const rows = await loadConfigs(
        client,
        stale.map(([id]) => id),
      );
      for (const { config } of rows) {
        const rules = new Map(config.rules.map((rule) => [rule.activityType, rule]));
        this.#byId.set(config.id, { ...config, rules });
      }
    }
    return this.#byId;
  }
}
