import type { PageRange } from './paging.ts';

/** Prisma's conditions for a page over ids, oldest first unless `newestFirst`. */
export function byId({ before, after, limit, inverted }: PageRange<number>, newestFirst: boolean) {
  const [ahead, behind] = newestFirst ? (['lt', 'gt'] as const) : (['gt', 'lt'] as const);
  return {
    id: {
      ...(after !== undefined && { [ahead]: BigInt(after) }),
      ...(before !== undefined && { [behind]: BigInt(before) }),
    },
    orderBy: { id: newestFirst === inverted ? ('asc' as const) : ('desc' as const) },
    take: limit,
  };
}
