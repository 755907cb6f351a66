import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const SAMPLE_MS = 400;
const IDLE_SHARE_MIN = 0.85;

/** Waits until nobody else keeps the cores busy; false when that takes too long. */
export async function untilQuiet(patienceMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + patienceMs;
  do {
    const before = cpuTimes();
    await sleep(SAMPLE_MS);
    const after = cpuTimes();
    if ((after.idle - before.idle) / (after.total - before.total) >= IDLE_SHARE_MIN) return true;
  } while (performance.now() < giveUpAt);
  return false;
}

function cpuTimes(): { idle: number; total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of os.cpus()) {
    idle += times.idle;
    total += times.idle + times.user + times.sys + times.nice + times.irq;
  }
  return { idle, total };
}
