import type { App } from '../app.ts';
import { defaultLimits, type RateHolder, type RateLimit, rateHolders } from './limit.ts';
import { loadLargeOperations, loadRateSettings } from './settings.sql.ts';

type Tools = Pick<App, 'pool' | 'clock'>;

/** What a role, or members, may spend in a program. */
export type HeldLimit = {
  readonly holder: RateHolder;
  readonly limit: RateLimit;
  readonly isDefault: boolean;
};

/** What holds in a program: of each role, set or by default, and of clients that have their own. */
export async function limitsOf({ pool }: Tools, programId: number) {
  const [row] = await loadRateSettings(pool, programId);
  const { holders, clients } = row ?? { holders: {}, clients: {} };
  const held = rateHolders.map((holder): HeldLimit => {
    const limit = holders[holder];
    return { holder, limit: limit ?? defaultLimits[holder], isDefault: limit === undefined };
  });
  return { held, clients };
}

/** Registered operations that cost more than a client's callers may spend at once. */
export const tooDear = (tools: Tools, programId: number, client: string, burst: number) =>
  loadLargeOperations(tools.pool, programId, client, burst, tools.clock.now());
