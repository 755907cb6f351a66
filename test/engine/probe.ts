/** An operation of the tests' own, which can be told to do wrong, and an engine to give it to. */
import pg from 'pg';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { Engine } from '../../src/engine/engine.ts';
import type { Facts } from '../../src/engine/facts.ts';
import { memberRef } from '../../src/engine/inputs.ts';
import { createEngineMetrics } from '../../src/engine/metrics.ts';
import type { MemberRef, Operation } from '../../src/engine/operation.ts';
import type { MemberState } from '../../src/engine/rows.ts';
import { requireMember } from '../../src/members/member-steps.ts';
import { ProgramConfigs } from '../../src/programs/config.ts';
import type { TestApp } from '../support/app.ts';

export type Probe = {
  readonly member: MemberRef;
  readonly name: string;
  readonly idempotencyKey?: string | undefined;
};
type Outcome = { readonly memberId: number; readonly extra?: unknown };

/** What a probe does besides its event; it may throw, and may add to the outcome. */
export type Mischief = (facts: Facts, member: MemberState) => unknown;

/** Writes one event of type `probe` with the probe's name, after its mischief. */
export function probeOf(mischief: Mischief = () => undefined): Operation<Probe, Outcome> {
  return {
    name: 'probe',
    input: z.object({ member: memberRef, name: z.string(), idempotencyKey: z.string().optional() }),
    touches: ({ member, name }) => ({
      ...{ member, lots: true, redeems: 1, checkInAt: new Date(0) },
      activity: { type: 'probe', reference: name },
    }),
    decide(facts, { name }, now) {
      const member = requireMember(facts);
      const extra = mischief(facts, member);
      facts.emit(member, 'probe', now, { name });
      return { memberId: member.memberId, extra };
    },
  };
}

/** An engine on a test app's database, with metrics of its own. */
export function createTestEngine({ app }: TestApp, onCommit: () => void = () => {}) {
  const registry = new Registry();
  const tools = { pool: app.pool, clock: app.clock, configs: new ProgramConfigs() };
  const engine = new Engine(tools, app.log, createEngineMetrics(registry), onCommit);
  return {
    engine,
    /** The value of a metric, e.g. `tallymark_engine_batch_commands_count`. */
    async metric(name: string): Promise<number> {
      const text = await registry.metrics();
      const lines = text
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
  };
}

/** Holds row locks on members' accounts from outside, until told to let go. */
export async function holdMembers(databaseUrl: string, externalIds: readonly string[]) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('begin');
  await client.query(
    `select 1 from account a join member m on m.id = a.member_id
     where m.external_id = any($1) for update of a`,
    [externalIds],
  );
  return {
    /** Waits until so many sessions wait for these locks. */
    async waitForWaiters(count: number) {
      for (;;) {
        // In a transaction the view stays as it was first read.
        await client.query('select pg_stat_clear_snapshot()');
        const { rows } = await client.query(
          "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        );
        if (rows[0].n >= count) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async release() {
      await client.query('rollback');
      await client.end();
    },
  };
}
