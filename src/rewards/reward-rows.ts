/** Rewards as stored, and the terms they hold. */
import { Prisma, type Reward } from '../generated/prisma/client.ts';
import type { Audience } from '../rules/definition.ts';
import type { RewardTerms, UnitLimit } from './terms.ts';

export type { Reward };

/** The terms of a stored reward. They were checked when they were written. */
export const termsOf = (row: Reward): RewardTerms => ({
  kind: row.kind,
  state: row.state,
  visibility: row.visibility,
  title: row.title,
  description: row.description,
  imageUrl: row.imageUrl,
  tags: row.tags,
  price: Number(row.price),
  tierPrices: row.tierPrices as Record<string, number>,
  cash:
    row.cashAmount === null || row.cashCurrency === null
      ? null
      : { amount: Number(row.cashAmount), currency: row.cashCurrency },
  stock: row.stock,
  audience: row.audience as Audience | null,
  startsAt: row.startsAt,
  endsAt: row.endsAt,
  limits: row.limits as UnitLimit[],
  reserveMinutes: row.reserveMinutes,
  memberCancels: row.memberCancels,
});

/** The columns that hold terms. */
export const columnsOf = ({ price, cash, audience, ...terms }: RewardTerms) => ({
  ...terms,
  price: BigInt(price),
  cashAmount: cash === null ? null : BigInt(cash.amount),
  cashCurrency: cash === null ? null : cash.currency,
  audience: audience ?? Prisma.DbNull,
});

/** Terms, or some of them, as audit rows show them. */
export const summaryOf = (terms: Partial<RewardTerms>): Prisma.InputJsonObject =>
  JSON.parse(JSON.stringify(terms)) as Prisma.InputJsonObject;
