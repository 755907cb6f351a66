import { z } from 'zod';
import { actorOf, type KnownViewer } from '../auth/viewer.ts';
import { exact, shortText } from '../engine/inputs.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { PrismaClient } from '../platform/db.ts';
import { parseOrRefuse } from '../platform/refusal.ts';

/** The dearest price at which the largest order is still exact. */
const PRICE_MAX = Math.floor(limits.pointsMax / limits.redemptionQuantityMax);
const STOCK_MAX = 2_147_483_647;

const input = z.object({
  title: shortText,
  description: shortText.optional(),
  price: exact.refine((price) => price > 0 && price <= PRICE_MAX, `must be 1 to ${PRICE_MAX}`),
  stock: exact
    .refine((stock) => stock >= 0 && stock <= STOCK_MAX, `must be 0 to ${STOCK_MAX}`)
    .optional(),
});

/** Adds a reward to the program's catalogue, with an audit row. */
export async function createReward(
  { db, clock }: { readonly db: PrismaClient; readonly clock: Clock },
  viewer: KnownViewer,
  raw: z.input<typeof input>,
) {
  const { title, description = '', price, stock = null } = parseOrRefuse(input, raw);
  const { programId } = viewer;
  const at = clock.now();
  return db.$transaction(async (tx) => {
    const reward = await tx.reward.create({
      data: { programId, title, description, price: BigInt(price), stock, createdAt: at },
    });
    await tx.auditEntry.create({
      data: {
        programId,
        actor: actorOf(viewer),
        action: 'createReward',
        target: String(reward.id),
        after: { title, description, price, stock },
        at,
      },
    });
    return reward;
  });
}
