/** The engine alone: a whole app, called without HTTP. BENCH_BOARDS=0 stops the projection. */
import process from 'node:process';
import { createApp } from '../../src/app.ts';
import { checkIn } from '../../src/checkin/check-in.ts';
import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { serveParent } from '../lab/child.ts';
import { closedLoop } from '../lab/closed-loop.ts';
import { checkInAt, type Pace, type WindowOptions } from '../lab/window.ts';

const config = loadConfig(process.env);
const app = await createApp(config, { log: createLog({ level: 'warn' }), purpose: 'tool' });
if (process.env.BENCH_BOARDS === '0') await app.projection.stop();
const programId = Number(process.env.BENCH_PROGRAM);
const viewer = { kind: 'key', programId, keyId: '0123456789abcdef', role: 'SERVICE' } as const;
let next = 0;

serveParent((order: WindowOptions & { pace: Pace }) =>
  closedLoop(async () => {
    const { externalId, occurredAt } = checkInAt(order.pace, next);
    next += 1;
    const input = { member: { externalId }, occurredAt };
    const { outcome } = await app.engine.run(checkIn, viewer, input);
    return !outcome.alreadyCheckedIn;
  }, order),
);

process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
