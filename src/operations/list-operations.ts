import type { PersistedOperation, Prisma } from '../generated/prisma/client.ts';
import type { PageRange } from '../graphql/paging.ts';
import type { PrismaClient } from '../platform/db.ts';
import type { ClientShape } from './clients.ts';

type Place = readonly [clientId: number, id: string];

/** Which operations a list has. */
export type OperationsFilter = {
  readonly programId: number;
  readonly client?: string | undefined;
  /** Whether they have retired; undefined: either. */
  readonly retired?: boolean | undefined;
};

/** An operation with the client that registered it. */
export type ListedOperation = PersistedOperation & { readonly client: ClientShape };

/** A page of what clients have registered, by client and id. */
export function listOperations(
  db: PrismaClient,
  { programId, client, retired }: OperationsFilter,
  now: Date,
  { before, after, limit, inverted }: PageRange<Place>,
): Promise<ListedOperation[]> {
  const order = inverted ? 'desc' : 'asc';
  const isLive = { OR: [{ retiresAt: null }, { retiresAt: { gt: now } }] };
  return db.persistedOperation.findMany({
    where: {
      programId,
      ...(client !== undefined && { client: { name: client } }),
      AND: [
        after === undefined ? {} : beyond(after, 'gt'),
        before === undefined ? {} : beyond(before, 'lt'),
        retired === undefined ? {} : retired ? { retiresAt: { lte: now } } : isLive,
      ],
    },
    include: { client: true },
    orderBy: [{ clientId: order }, { id: order }],
    take: limit,
  });
}

const PAGE = 500;

/** All of them: thousands at the most. */
export async function allOperations(
  db: PrismaClient,
  filter: OperationsFilter,
  now: Date,
): Promise<ListedOperation[]> {
  const all: ListedOperation[] = [];
  for (;;) {
    const last = all.at(-1);
    const after: Place | undefined = last && [last.clientId, last.id];
    const range = { before: undefined, after, limit: PAGE, inverted: false };
    const page = await listOperations(db, filter, now, range);
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

const beyond = ([clientId, id]: Place, way: 'gt' | 'lt'): Prisma.PersistedOperationWhereInput => ({
  OR: [{ clientId: { [way]: clientId } }, { clientId, id: { [way]: id } }],
});
