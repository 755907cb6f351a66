import type { RateHolder, RateLimit } from '../rate-limits/limit.ts';
import { type RateTarget, setRateLimit } from '../rate-limits/set-rate-limit.ts';
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

/** `tallymark program rate-limit`: what each caller of a role or a client may spend. */
export async function rateLimit(env: Env, output: Output, flags: RateLimitFlags): Promise<void> {
  const { program } = flags;
  const target = targetOf(flags);
  const limit = limitGiven(flags);
  await withApp(env, async (app) => {
    const { id: programId } = await requireProgram(app, program);
    await setRateLimit(app, { kind: 'system', programId, name: ACTOR }, target, limit);
  });
  const whose = 'client' in target ? `client ${target.client}` : target.holder;
  output.result({ program, ...target, limit }, [
    limit === null
      ? `${whose}: as if none had been set`
      : `${whose}: ${count(limit.perSecond)} units a second, ${count(limit.burst)} at once`,
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
