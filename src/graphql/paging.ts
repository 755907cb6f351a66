import { resolveCursorConnection } from '@pothos/plugin-relay';
import { z } from 'zod';
import { limits } from '../limits.ts';
import { InputError } from '../platform/refusal.ts';

/** The arguments of every connection. */
export type PageArgs = {
  first?: number | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  after?: string | null | undefined;
};

/** Which rows a page asks for. `inverted`: read backwards from the end. */
export type PageRange<Place> = {
  readonly before: Place | undefined;
  readonly after: Place | undefined;
  readonly limit: number;
  readonly inverted: boolean;
};

const { pageSizeDefault, pageSizeMax } = limits;

/** Refuses page sizes outside 1 to the maximum; they are never quietly changed. */
export function checkPageSize(field: string, size: number | null | undefined): void {
  if (size === null || size === undefined) return;
  if (size < 1 || size > pageSizeMax) throw new InputError(field, `must be 1 to ${pageSizeMax}`);
}

/** An instant in a cursor. Forged ones may not name what the database cannot hold (year 0). */
export const instantPlace = z
  .string()
  .datetime()
  .refine((text) => text > '1900');

/** Opaque cursors of one list: what they hold is checked when they come back. */
export function cursorCodec<Place>(list: string, place: z.ZodType<Place>) {
  return {
    encode: (value: Place) => Buffer.from(JSON.stringify([list, value])).toString('base64url'),
    decode(field: string, cursor: string | null | undefined): Place | undefined {
      if (cursor === null || cursor === undefined) return undefined;
      const [kind, value] = parseCursor(cursor);
      const parsed = place.safeParse(value);
      if (kind !== list || !parsed.success) {
        throw new InputError(field, 'is not a cursor of this list');
      }
      return parsed.data;
    },
  };
}

function parseCursor(cursor: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** Answers a connection by keyset: `read` gets the places, `placeOf` names a row's. */
export function pageOf<Row extends object, Place>(
  args: PageArgs,
  codec: ReturnType<typeof cursorCodec<Place>>,
  read: (range: PageRange<Place>) => Promise<Row[]>,
  placeOf: (row: Row) => Place,
) {
  checkPageSize('first', args.first);
  checkPageSize('last', args.last);
  if (typeof args.first === 'number' && typeof args.last === 'number') {
    throw new InputError('last', 'goes without first');
  }
  const before = codec.decode('before', args.before);
  const after = codec.decode('after', args.after);
  return resolveCursorConnection(
    {
      args,
      defaultSize: pageSizeDefault,
      maxSize: pageSizeMax,
      toCursor: (row: Row) => codec.encode(placeOf(row)),
    },
    ({ limit, inverted }: { limit: number; inverted: boolean }) =>
      read({ before, after, limit, inverted }),
  );
}
