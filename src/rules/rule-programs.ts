/** Programs that have a use for what a kind of rules is about: all others' events are passed over. */
import type { LiveMessage } from '../live/messages.ts';
import type { PoolClient } from '../platform/db.ts';
import type { ProgramConfig, ProgramConfigs } from '../programs/config.ts';
import type { LoggedEvent } from '../projections/event-log.ts';
import type { Consumer } from '../projections/projection.ts';
import type { RuleKind } from './definition.ts';
import { findPrograms } from './rule-programs.sql.ts';

/** The rules of programs that ever published one of a kind, by program id. */
export async function programsWith(
  client: PoolClient,
  configs: ProgramConfigs,
  kind: RuleKind,
): Promise<ReadonlyMap<number, ProgramConfig>> {
  const versions = await findPrograms(client, kind);
  return configs.current(
    client,
    new Map(versions.map(({ programId, version }) => [programId, version])),
  );
}

/** Counts a program's events; returns the members for whom something changed. */
type Count = (
  client: PoolClient,
  program: ProgramConfig,
  events: readonly LoggedEvent[],
) => Promise<readonly number[]>;

/** A consumer that counts the events of those programs, each by its own rules. */
export const ruleConsumer = (
  about: Pick<Consumer, 'name' | 'what'> & { readonly kind: RuleKind },
  configs: ProgramConfigs,
  count: Count,
): Consumer => ({
  name: about.name,
  what: about.what,
  async isWanted(client) {
    return (await findPrograms(client, about.kind)).length > 0;
  },
  async apply(client, events) {
    const members = new Set<number>();
    for (const [programId, program] of await programsWith(client, configs, about.kind)) {
      const own = events.filter((event) => event.programId === programId);
      if (own.length === 0) continue;
      for (const id of await count(client, program, own)) members.add(id);
    }
    return members.size === 0 ? [] : [{ boards: [], members: [...members] } satisfies LiveMessage];
  },
});
