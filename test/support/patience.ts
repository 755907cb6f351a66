import { limits } from '../../src/limits.ts';

/**
 * Lets commands and statements take long, in this test file's process only. On a busy machine the
 * service rightly answers SERVICE_UNAVAILABLE, or goes on without Redis, which a test that is not about that cannot use.
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
    standingsAnswerMs: ms,
    standingsCopyMs: ms,
  };
  Object.assign(limits, waits);
}
