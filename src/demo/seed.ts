import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { App } from '../app.ts';
import { insertApiKey, parseApiKey, secretMatches } from '../auth/api-key.ts';
import type { KnownViewer } from '../auth/viewer.ts';
import { importCheckIn } from '../checkin/import-check-in.ts';
import { enrolMember } from '../members/enrol-member.ts';
import { addDays, type LocalDate, localDateOf, startOfLocalDate } from '../platform/calendar.ts';
import { makeFolder } from '../platform/folder.ts';
import { createProgram } from '../programs/create-program.ts';
import { createReward } from '../rewards/create-reward.ts';
import { importRewardCodes } from '../rewards/import-codes.ts';
import { draftRule } from '../rules/admin.ts';
import { backfillTask } from '../tasks/backfill-task.ts';
import { demoMembers, demoRewards, demoRules, demoTasks, demoTiers } from './demo-data.ts';

export const DEMO_PROGRAM = 'demo';
const ZONE = 'Europe/Rome';
const HOUR_MS = 3_600_000;

const demoKeys = z.object({ operator: z.string(), service: z.string(), screen: z.string() });
export type DemoKeys = z.infer<typeof demoKeys>;

/**
 * Seeds a demo program into a database that has no program at all, and returns its keys.
 * Undefined when the database belongs to somebody else. Keys are stored beside the data: the
 * database keeps only their hashes.
 */
export async function seedDemo(app: App): Promise<DemoKeys | undefined> {
  const { db, config } = app;
  const file = path.join(config.dataDir, 'demo-keys.json');
  const program = await db.program.findUnique({ where: { key: DEMO_PROGRAM } });
  if (program === null) {
    if ((await db.program.count()) > 0) return undefined;
    const { id, operatorKey } = await createProgram(
      db,
      { key: DEMO_PROGRAM, name: 'Tallymark demo', zone: ZONE },
      app.clock.now(),
    );
    await seedProgram(app, id);
    return saveKeys(app, file, id, operatorKey);
  }
  const stored = readKeys(file);
  if (stored !== undefined && (await areValid(app, stored))) return stored;
  return saveKeys(app, file, program.id);
}

async function seedProgram(app: App, programId: number): Promise<void> {
  const viewer = { kind: 'system', programId, name: 'demo' } as const;
  for (const [kind, rules] of [
    ['EARNING', demoRules],
    ['TASK', demoTasks],
  ] as const) {
    for (const [key, definition] of Object.entries(rules)) {
      await draftRule(app, viewer, { kind, key, definition, publish: {} });
    }
  }
  const tiers = { kind: 'TIERS', key: 'default', definition: demoTiers } as const;
  await draftRule(app, viewer, { ...tiers, publish: {} });
  for (const { terms, codes } of demoRewards) {
    const { id } = await createReward(app, viewer, terms);
    if (codes === undefined) continue;
    await importRewardCodes(app, viewer, { rewardId: Number(id), codes: [...codes] });
  }
  const today = localDateOf(app.clock.now(), ZONE, 0);
  await seedMembers(app, viewer, today);
  // What they did before the tasks were published counts for them, too.
  const from = startOfLocalDate(addDays(today, -7), ZONE, 0);
  for (const key of Object.keys(demoTasks)) {
    await backfillTask(app, viewer, { key, from, dryRun: false, mode: 'QUIET' });
  }
}

async function seedMembers(app: App, viewer: KnownViewer, today: LocalDate): Promise<void> {
  await Promise.all(
    demoMembers.map(async ({ externalId, displayName, daysAgo }) => {
      await app.engine.run(enrolMember, viewer, { externalId, displayName });
      for (const days of daysAgo) {
        const start = startOfLocalDate(addDays(today, -days), ZONE, 0);
        const occurredAt = new Date(start.getTime() + 12 * HOUR_MS);
        await app.engine.run(importCheckIn, viewer, { externalId, occurredAt });
      }
    }),
  );
}

async function saveKeys(
  app: App,
  file: string,
  programId: number,
  operatorKey?: string,
): Promise<DemoKeys> {
  const make = async (role: 'OPERATOR' | 'SERVICE' | 'SCREEN') => {
    const key = { programId, role, name: `demo ${role.toLowerCase()}` };
    return (await insertApiKey(app.db, key, app.clock.now())).text;
  };
  const keys = {
    operator: operatorKey ?? (await make('OPERATOR')),
    service: await make('SERVICE'),
    screen: await make('SCREEN'),
  };
  makeFolder(path.dirname(file));
  writeFileSync(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return keys;
}

function readKeys(file: string): DemoKeys | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return demoKeys.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined; // A damaged file is replaced by new keys.
  }
}

/** Stored keys are of no use to another database than the one they were made for. */
async function areValid(app: App, keys: DemoKeys): Promise<boolean> {
  for (const text of Object.values(keys)) {
    const parsed = parseApiKey(text);
    const row = parsed && (await app.db.apiKey.findUnique({ where: { id: parsed.id } }));
    if (!parsed || !row || row.revokedAt !== null) return false;
    if (!secretMatches(parsed.secret, row.secretHash)) return false;
  }
  return true;
}
