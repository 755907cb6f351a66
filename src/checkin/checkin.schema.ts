import { z } from 'zod';
import type { MemberState } from '../engine/rows.ts';
import { builder } from '../graphql/builder.ts';
import { CheckInInputType } from '../graphql/command-inputs.ts';
import { known } from '../graphql/context.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';
import { type Payload, payloadInterfaces, toPayload } from '../graphql/payload.ts';
import { AwardType, MemberType } from '../graphql/refs.ts';
import { mayReadPrivate, memberRefFor } from '../members/member-access.ts';
import { isLocalDate, localDateOf } from '../platform/calendar.ts';
import { checkIn, checkInRefusals } from './check-in.ts';
import { type CheckInShape, loadCheckIns, requireCheckIn } from './checkin.sql.ts';
import type { CheckInOutcome } from './record-check-in.ts';
import { type StreakView, viewStreak } from './streak.ts';

const StreakStateEnum = builder.enumType('StreakState', {
  description: 'How a streak stands today.',
  values: {
    NONE: { description: 'The member never checked in.' },
    ACTIVE: { description: 'Checked in today.' },
    AT_RISK: { description: 'Not checked in yet today; it breaks when the day closes.' },
    BROKEN: { description: 'A day was missed; the next check-in starts at day 1.' },
  },
});

type StreakShape = StreakView & { readonly member: MemberState };

const StreakType = builder.objectRef<StreakShape>('Streak').implement({
  description: 'Days in a row on which the member checked in, by the program’s zone and day start.',
  fields: (t) => ({
    current: t.exposeInt('current', {
      description: 'Days in a row up to today, or up to yesterday while at risk; 0 once broken.',
    }),
    longest: t.int({
      description: 'The most days in a row ever.',
      resolve: ({ member }) => member.streakLongest,
    }),
    totalDays: t.int({
      description: 'All days ever checked in.',
      resolve: ({ member }) => member.streakTotalDays,
    }),
    state: t.expose('state', { type: StreakStateEnum, description: 'How it stands today.' }),
    checkedInToday: t.exposeBoolean('checkedInToday', {
      description: 'Whether today has its check-in.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it breaks without another check-in; null when there is nothing to break.',
    }),
  }),
});

const CheckInType = builder.objectRef<CheckInShape>('CheckIn').implement({
  description: 'One checked-in day of a member.',
  fields: (t) => ({
    localDate: t.expose('localDate', {
      type: 'Date',
      description: 'The day, in the program’s zone and by its day start.',
    }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      description: 'When the member was there.',
    }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was recorded.' }),
    zone: t.expose('zone', { type: 'TimeZone', description: 'The zone it was judged by.' }),
    streakDay: t.exposeInt('streakDay', {
      description: 'Which day of its run it was when it was recorded: 1, 2, 3 …',
    }),
    points: t.expose('points', {
      type: 'SafeInt',
      description: 'Points it paid when it was recorded.',
    }),
  }),
});

const checkInCursor = cursorCodec('checkIns', z.string().refine(isLocalDate));

builder.objectFields(MemberType, (t) => ({
  streak: t.field({
    type: StreakType,
    description: 'The member’s streak.',
    resolve: async (member, _args, { app }) => {
      const { zone, dayStartMinutes } = await app.programs.find(member.programId);
      const today = localDateOf(app.clock.now(), zone, dayStartMinutes);
      const streak = { current: member.streakCurrent, lastDate: member.lastCheckInDate };
      return { member, ...viewStreak(streak, today, zone, dayStartMinutes) };
    },
  }),
  checkIns: t.connection(
    {
      type: CheckInType,
      description:
        'The member’s check-ins, newest day first. For the member and for OPERATOR and SERVICE keys.',
      authScopes: (member, _args, context) => mayReadPrivate(context, member),
      resolve: ({ memberId }, args, { app }) =>
        pageOf(
          args,
          checkInCursor,
          (range) => loadCheckIns(app.pool, memberId, range),
          ({ localDate }) => localDate,
        ),
    },
    { description: 'A page of check-ins.' },
    { description: 'A check-in in a page.' },
  ),
}));

const CheckInPayload = builder.objectRef<Payload<CheckInOutcome>>('CheckInPayload').implement({
  description: 'The member has a check-in for that day.',
  interfaces: payloadInterfaces,
  fields: (t) => ({
    checkIn: t.field({
      type: CheckInType,
      description: 'The record of the day: this call’s, or the one that was there already.',
      resolve: ({ memberId, planId, localDate, record }, _args, { app }) =>
        record ?? requireCheckIn(app.pool, memberId, planId, localDate),
    }),
    alreadyCheckedIn: t.exposeBoolean('alreadyCheckedIn', {
      description: 'True when the day had its check-in before this call, which then did nothing.',
    }),
    awards: t.field({
      type: [AwardType],
      description: 'Points this call paid; empty when the day had its check-in already.',
      resolve: ({ entries, withheld }) => [...entries, ...withheld],
    }),
  }),
});

builder.mutationField('checkIn', (t) =>
  t.field({
    type: CheckInPayload,
    nullable: true,
    description: 'Checks a member in, once a day of the program. Safe to repeat.',
    authScopes: { acts: true },
    args: {
      input: t.arg({ type: CheckInInputType, required: true, description: 'Who and when.' }),
    },
    errors: {
      types: checkInRefusals,
      union: { name: 'CheckInResult', description: 'What checkIn answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const member = await memberRefFor(context, input.member);
      const command = { ...withoutNulls(input), member };
      return toPayload(await context.app.engine.run(checkIn, known(context.viewer), command));
    },
  }),
);
