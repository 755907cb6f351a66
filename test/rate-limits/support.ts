import { type RateTarget, setRateLimit } from '../../src/rate-limits/set-rate-limit.ts';
import type { TestApp, TestProgram } from '../support/app.ts';

/** Sets a limit as the command line does. */
export const limitTo = (
  { app }: TestApp,
  { id: programId }: TestProgram,
  target: RateTarget,
  limit: { perSecond: number; burst: number } | null,
) => setRateLimit(app, { kind: 'system', programId, name: 'cli' }, target, limit);
