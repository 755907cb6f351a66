/** The baseline's schema: the part of Tallymark's that the benchmark asks for, the usual way. */
import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import PrismaPlugin from '@pothos/plugin-prisma';
import type PrismaTypes from '../../src/generated/pothos-types.ts';
import { getDatamodel } from '../../src/generated/pothos-types.ts';
import type { Account, Member, PrismaClient } from '../../src/generated/prisma/client.ts';
import { type CheckInResult, checkIn, MemberNotFound } from './check-in.ts';

export type BaselineContext = {
  readonly db: PrismaClient;
  readonly programId: number;
  readonly planId: number;
};

/** A member with the account that the transaction left. */
type MemberWithAccount = { readonly member: Member; readonly account: Account };

/** Builds the schema once. */
export function createSchema() {
  const builder = new SchemaBuilder<{
    Context: BaselineContext;
    PrismaTypes: PrismaTypes;
    DefaultFieldNullability: false;
    Scalars: { DateTime: { Input: Date; Output: Date } };
  }>({
    plugins: [ErrorsPlugin, PrismaPlugin],
    defaultFieldNullability: false,
    errors: { directResult: true },
    scopeAuth: { authScopes: () => ({}) }, // Asked for by the types alone: the plugin is not used.
    prisma: { client: ({ db }) => db, dmmf: getDatamodel() },
  });
  builder.queryType({ fields: (t) => ({ ready: t.boolean({ resolve: () => true }) }) });
  builder.scalarType('DateTime', {
    serialize: (value) => value.toISOString(),
    parseValue: (value) => new Date(String(value)),
  });
  builder.objectType(MemberNotFound, {
    name: 'MemberNotFound',
    fields: (t) => ({ message: t.exposeString('message') }),
  });
  const StreakType = builder.prismaObject('Account', {
    variant: 'Streak',
    fields: (t) => ({ current: t.exposeInt('streakCurrent') }),
  });
  const PointsType = builder.prismaObject('Account', {
    variant: 'Points',
    fields: (t) => ({ available: t.int({ resolve: ({ balance }) => Number(balance) }) }),
  });
  const MemberType = builder.objectRef<MemberWithAccount>('Member').implement({
    fields: (t) => ({
      externalId: t.string({ resolve: ({ member }) => member.externalId }),
      points: t.field({ type: PointsType, resolve: ({ account }) => account }),
      streak: t.field({ type: StreakType, resolve: ({ account }) => account }),
    }),
  });
  const AwardType = builder.objectRef<{ points: number; reason: string }>('Award').implement({
    fields: (t) => ({ points: t.exposeInt('points'), reason: t.exposeString('reason') }),
  });
  const PayloadType = builder.objectRef<CheckInResult>('CheckInPayload').implement({
    fields: (t) => ({
      alreadyCheckedIn: t.exposeBoolean('alreadyCheckedIn'),
      awards: t.field({ type: [AwardType], resolve: ({ awards }) => awards }),
      member: t.field({ type: MemberType, resolve: (payload) => payload }),
    }),
  });
  const MemberBy = builder.inputType('MemberBy', {
    fields: (t) => ({ externalId: t.string({ required: true }) }),
  });
  const CheckInInput = builder.inputType('CheckInInput', {
    fields: (t) => ({
      member: t.field({ type: MemberBy, required: true }),
      occurredAt: t.field({ type: 'DateTime', required: true }),
    }),
  });
  builder.mutationType({
    fields: (t) => ({
      checkIn: t.field({
        type: PayloadType,
        args: { input: t.arg({ type: CheckInInput, required: true }) },
        errors: { types: [MemberNotFound], union: { name: 'CheckInResult' } },
        resolve: (_root, { input }, context) =>
          checkIn(context, input.member.externalId, input.occurredAt),
      }),
    }),
  });
  return builder.toSchema();
}
