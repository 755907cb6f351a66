import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { RuleKind } from './definition.ts';

/** Programs that ever published a rule of a kind, with the version of their rules. */
export const findPrograms = (client: PoolClient, kind: RuleKind) =>
  named<{ programId: number; version: number }>(
    client,
    'rules.findPrograms',
    `select p.id as "programId", p.config_version as version from program p
     where exists (select from rule r join rule_version v on v.rule_id = r.id
       where r.program_id = p.id and r.kind = $1::rule_kind and v.starts_at is not null)`,
    [kind],
  );
