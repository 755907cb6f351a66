import type { RateHolder, RateLimit } from '../rate-limits/limit.ts';
import { type RateTarget, setRateLimit } from '../rate-limits/set-rate-limit.ts';
import { limitsOf, tooDear } from '../rate-limits/show-rate-limits.ts';
import { count, type Output } from './output.ts';
import { CliProblem } from './problem.ts';
import { ACTOR, type Env, requireProgram, withApp } from './with-app.ts';

export type RateLimitFlags = {
  readonly program: string;
  /** Of each caller with this role, or each member. */
  readonly role?: RateHolder;
  /** Of each caller of this client. */
  readonly client?: string;
  readonly perSecond?: number;
  readonly burst?: number;
  /** Takes it away. */
  readonly default?: boolean;
};

/** `tallymark program rate-limit`: what each caller of a role or a client may spend; or what was set. */
export async function rateLimit(env: Env, output: Output, flags: RateLimitFlags): Promise<void> {
  const { program, role, client, perSecond, burst } = flags;
  if ([role, client, perSecond, burst, flags.default].every((flag) => flag === undefined)) {
    return showLimits(env, output, program);
  }
  const target = targetOf(flags);
  const limit = limitGiven(flags);
  const tooLarge = await withApp(env, async (app) => {
    const { id: programId } = await requireProgram(app, program);
    await setRateLimit(app, { kind: 'system', programId, name: ACTOR }, target, limit);
    if (limit === null || !('client' in target)) return [];
    return tooDear(app, programId, target.client, limit.burst);
  });
  for (const { id, name, cost } of tooLarge) {
    output.note(`${name ?? id} costs up to ${count(cost)}: it will be refused, whoever sends it`);
  }
  const whose = 'client' in target ? `client ${target.client}` : target.holder;
  output.result({ program, ...target, limit }, [
    limit === null
      ? `${whose}: as if none had been set`
      : `${whose}: ${count(limit.perSecond)} units a second, ${count(limit.burst)} at once`,
  ]);
}

/** What holds in a program: for roles as set or by default, and for clients that have their own. */
async function showLimits(env: Env, output: Output, program: string): Promise<void> {
  const { held, clients } = await withApp(env, async (app) =>
    limitsOf(app, (await requireProgram(app, program)).id),
  );
  const line = (whose: string, { perSecond, burst }: RateLimit, note = '') =>
    `${whose}: ${count(perSecond)} units a second, ${count(burst)} at once${note}`;
  output.result({ program, limits: held, clients }, [
    ...held.map(({ holder, limit, isDefault }) =>
      line(holder, limit, isDefault ? ', by default' : ''),
    ),
    ...Object.entries(clients).map(([name, limit]) => line(`client ${name}`, limit)),
  ]);
}

function targetOf({ role, client }: RateLimitFlags): RateTarget {
  if (role !== undefined && client === undefined) return { holder: role };
  if (client !== undefined && role === undefined) return { client };
  throw new CliProblem('say either --role or --client');
}

function limitGiven({ perSecond, burst, default: isDefault }: RateLimitFlags): RateLimit | null {
  if (isDefault && perSecond === undefined && burst === undefined) return null;
  if (!isDefault && perSecond !== undefined && burst !== undefined) return { perSecond, burst };
  throw new CliProblem('say --per-second and --burst, or --default');
}
