/** The same check-in the usual way: one interactive transaction, statement by statement. */
import { type Account, type Member, Prisma } from '../../src/generated/prisma/client.ts';
import type { BaselineContext } from './schema.ts';

export class MemberNotFound extends Error {
  constructor() {
    super('There is no such member.');
  }
}

export type CheckInResult = {
  readonly alreadyCheckedIn: boolean;
  readonly awards: { readonly points: number; readonly reason: string }[];
  readonly member: Member;
  readonly account: Account;
};

const DAY_MS = 86_400_000;
const ZONE_OFFSET_MS = 19_800_000; // Asia/Kolkata, all year.
const ATTEMPTS_MAX = 5;
const ladder = [10, 15, 20, 25, 30, 35, 40];

/** Checks a member in, and again when the database found a conflict. */
export async function checkIn(
  context: BaselineContext,
  externalId: string,
  occurredAt: Date,
): Promise<CheckInResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await context.db.$transaction((tx) => record(tx, context, externalId, occurredAt));
    } catch (error) {
      const code = error instanceof Prisma.PrismaClientKnownRequestError ? error.code : undefined;
      if (code !== 'P2034' || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

async function record(
  tx: Prisma.TransactionClient,
  { programId, planId }: BaselineContext,
  externalId: string,
  occurredAt: Date,
): Promise<CheckInResult> {
  const member = await tx.member.findUnique({
    where: { programId_externalId: { programId, externalId } },
  });
  if (member === null) throw new MemberNotFound();
  const memberId = member.id;
  const localDate = dayOf(occurredAt);
  const today = await tx.checkIn.findUnique({
    where: { memberId_planId_localDate: { memberId, planId, localDate } },
  });
  const before = await tx.account.findUniqueOrThrow({ where: { memberId } });
  if (today !== null) return { alreadyCheckedIn: true, awards: [], member, account: before };
  const follows = before.lastCheckInDate?.getTime() === localDate.getTime() - DAY_MS;
  const streakDay = follows ? before.streakCurrent + 1 : 1;
  const points = ladder[Math.min(streakDay, ladder.length) - 1] ?? 0;
  const fact = {
    ...{ memberId, programId, occurredAt, localDate, recordedAt: new Date() },
    ...{ zone: 'Asia/Kolkata', utcOffsetSeconds: 19_800, dayStartMinutes: 0 },
  };
  await tx.checkIn.create({ data: { ...fact, planId, streakDay, points } });
  await tx.ledgerEntry.create({
    data: {
      ...fact,
      ...{ seq: before.entrySeq + 1n, kind: 'EARN', amount: points, sourceType: 'CHECK_IN' },
      ...{ sourceId: `${memberId}:${dateText(localDate)}`, purpose: 'BASE', actor: 'baseline' },
      ...{ explanation: { streakDay }, hash: new Uint8Array(32) },
    },
  });
  const account = await tx.account.update({
    where: { memberId },
    data: {
      version: { increment: 1 },
      balance: { increment: points },
      lifetimeEarned: { increment: points },
      entrySeq: { increment: 1 },
      streakCurrent: streakDay,
      streakLongest: Math.max(before.streakLongest, streakDay),
      streakTotalDays: { increment: 1 },
      lastCheckInDate: localDate,
    },
  });
  const payload = { localDate: dateText(localDate), streakDay, points };
  await tx.event.create({
    data: { programId, type: 'checkIn.recorded', memberId, occurredAt, payload },
  });
  const awards = [{ points, reason: 'CHECK_IN' }];
  return { alreadyCheckedIn: false, awards, member, account };
}

/** The local day, as Prisma takes dates: midnight UTC of it. */
const dayOf = (at: Date) => new Date(Math.floor((at.getTime() + ZONE_OFFSET_MS) / DAY_MS) * DAY_MS);
const dateText = (date: Date) => date.toISOString().slice(0, 10);
