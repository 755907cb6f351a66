import { insertApiKey } from '../auth/api-key.ts';
import { newTokenSecret } from '../auth/member-token.ts';
import { defaultPlan } from '../checkin/ladder.ts';
import { keyText, shortText } from '../engine/inputs.ts';
import { limits } from '../limits.ts';
import { isTimeZone } from '../platform/calendar.ts';
import type { PrismaClient } from '../platform/db.ts';
import { InputError } from '../platform/refusal.ts';
import { checkInPlan } from '../rules/definition.ts';

/** The boards every new program has: points earned, by each cadence. */
export const defaultBoards = [
  { key: 'all-time', title: 'All time', cadence: 'ALL_TIME' },
  { key: 'monthly', title: 'This month', cadence: 'MONTHLY' },
  { key: 'weekly', title: 'This week', cadence: 'WEEKLY' },
  { key: 'daily', title: 'Today', cadence: 'DAILY' },
] as const;

export type NewProgram = {
  readonly key: string;
  readonly name: string;
  /** IANA time zone. */
  readonly zone: string;
  /** Minutes after local midnight at which its days begin; 0 when absent. */
  readonly dayStartMinutes?: number | undefined;
  /** How late the API takes facts, in hours; 72 when absent. */
  readonly latenessHours?: number | undefined;
};

const LATENESS_HOURS_DEFAULT = 72;

/** Makes a program with the default plan and boards, and its first operator key. */
export async function createProgram(
  db: PrismaClient,
  program: NewProgram,
  now: Date,
): Promise<{ id: number; operatorKey: string; latenessHours: number }> {
  checkProgram(program);
  return db.$transaction(async (tx) => {
    const { key, name, zone, dayStartMinutes = 0 } = program;
    const { latenessHours = LATENESS_HOURS_DEFAULT } = program;
    if ((await tx.program.findUnique({ where: { key } })) !== null) {
      throw new InputError('key', `there is a program "${key}" already`);
    }
    const { id } = await tx.program.create({
      data: {
        key,
        name,
        zone,
        dayStartMinutes,
        latenessHours,
        tokenSecret: newTokenSecret(),
        createdAt: now,
        rules: { create: planRule(now) },
        // What the API takes in time counts: seasons settle for as long.
        leaderboards: {
          create: defaultBoards.map((board) => ({
            settleDelayMinutes: latenessHours * 60,
            ...board,
          })),
        },
      },
    });
    const created = await insertApiKey(
      tx,
      { programId: id, role: 'OPERATOR', name: 'first operator' },
      now,
    );
    return { id, operatorKey: created.text, latenessHours };
  });
}

/** The check-in plan that a program is never without; imports may be as old as 1970. */
const planRule = (now: Date) => ({
  kind: 'CHECK_IN_PLAN' as const,
  key: 'default',
  createdAt: now,
  versions: {
    create: {
      version: 1,
      definition: checkInPlan.parse(defaultPlan),
      startsAt: new Date(0),
      createdAt: now,
      createdBy: 'system',
      publishedAt: now,
      publishedBy: 'system',
    },
  },
});

function checkProgram(program: NewProgram): void {
  const { key, name, zone, dayStartMinutes = 0, latenessHours = 0 } = program;
  const keyed = keyText.safeParse(key);
  if (!keyed.success) throw new InputError('key', keyed.error.issues[0]?.message ?? 'is not valid');
  const titled = shortText.safeParse(name);
  if (!titled.success)
    throw new InputError('name', titled.error.issues[0]?.message ?? 'is not valid');
  if (!isTimeZone(zone)) throw new InputError('zone', `"${zone}" is no IANA time zone`);
  if (!Number.isInteger(dayStartMinutes) || dayStartMinutes < 0 || dayStartMinutes > 1439) {
    throw new InputError('dayStartMinutes', 'must be a whole number from 0 to 1439');
  }
  const { latenessHoursMax: most } = limits;
  if (!Number.isInteger(latenessHours) || latenessHours < 0 || latenessHours > most) {
    throw new InputError('latenessHours', `must be a whole number from 0 to ${most}`);
  }
}
