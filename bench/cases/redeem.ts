/** The engine alone: rewards bought, by turns of BENCH_REWARDS rewards and of all members. */
import process from 'node:process';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { redeemReward } from '../../src/redemptions/redeem-reward.ts';
import { serveParent } from '../lab/child.ts';
import { closedLoop } from '../lab/closed-loop.ts';
import { checkInAt, type Pace, type WindowOptions } from '../lab/window.ts';

const config = loadConfig(process.env);
const app = await createApp(config, { log: createLog({ level: 'warn' }), purpose: 'tool' });
await app.projection.stop();
const programId = Number(process.env.BENCH_PROGRAM);
const rewards = Number(process.env.BENCH_REWARDS);
const viewer = { kind: 'key', programId, keyId: '0123456789abcdef', role: 'SERVICE' } as const;
const rows = await app.db.reward.findMany({ where: { programId }, orderBy: { id: 'asc' } });
const ids = rows.slice(0, rewards).map(({ id }) => Number(id));
let next = 0;

serveParent((order: WindowOptions & { pace: Pace }) =>
  closedLoop(async () => {
    const { externalId } = checkInAt(order.pace, next);
    const rewardId = ids[next % ids.length] ?? 0;
    next += 1;
    await app.engine.run(redeemReward, viewer, { member: { externalId }, rewardId });
    return true;
  }, order),
);

process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
