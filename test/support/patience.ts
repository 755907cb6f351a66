import { limits } from '../../src/limits.ts';

/** Longer than any test; what a timer may hold at most. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * Lets commands and statements take long, in this test file's process only. On a busy machine the
 * service rightly answers SERVICE_UNAVAILABLE, which a test that is not about that cannot use.
 * Housekeeping stays away, too: it would book expiries by the test's clock half-way through.
 * Call it before an app is created.
 */
export function bePatient(): void {
  const ms = 20_000;
  const waits = {
    engineCommandWaitMs: ms,
    connectMs: ms,
    statementMs: ms,
    queryMs: ms,
    lockMs: ms,
  };
  Object.assign(limits, waits, { expirySweepMs: NEVER_MS });
}
