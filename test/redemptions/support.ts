/** Rewards and orders as tests make them. */
import type { RewardCreateManyInput } from '../../src/generated/prisma/models.ts';
import { toGlobalId } from '../../src/graphql/ids.ts';
import type { TestApp } from '../support/app.ts';

export type Terms = Partial<Omit<RewardCreateManyInput, 'programId'>> & {
  readonly codes?: readonly string[];
};

let rewards = 0;

/** A reward on sale; of a coupon the codes are its stock. */
export async function makeReward(
  { app: { db, clock } }: Pick<TestApp, 'app'>,
  { id: programId }: { readonly id: number },
  { codes = [], ...terms }: Terms = {},
): Promise<{ readonly id: string; readonly rowId: number }> {
  rewards += 1;
  const at = clock.now();
  const { id: rewardId } = await db.reward.create({
    data: {
      programId,
      title: `Thing ${rewards}`,
      price: 10,
      createdAt: at,
      ...(terms.kind === 'COUPON' && { stock: codes.length }),
      ...terms,
    },
  });
  await db.rewardCode.createMany({
    data: codes.map((code) => ({ programId, rewardId, code, importedAt: at })),
  });
  return { id: toGlobalId('Reward', rewardId), rowId: Number(rewardId) };
}

/** Units left of a reward. */
export const stockOf = async ({ app: { db } }: Pick<TestApp, 'app'>, rowId: number) =>
  (await db.reward.findUniqueOrThrow({ where: { id: rowId } })).stock;
