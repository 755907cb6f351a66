/** What a database error means for the work that met it. */
export type FaultKind =
  /** Nothing was written; the same work may succeed when tried again. */
  | 'conflict'
  /** Another transaction wrote the same key first: load again and look. */
  | 'duplicate'
  /** The database does not answer, or has no room. */
  | 'unavailable'
  /** Wrong work: trying again gives the same. */
  | 'fault';

const CONFLICT_STATES = new Set(['40001', '40P01', '55P03']);
// 08P01 is our own mistake; 25P03: it idled in a transaction for too long.
const CONNECTION_STATES = /^(08(?!P01)|57P0|53|25P03)/;
/** As Prisma's adapter names what happened to the socket, inside a P2010 of a raw query. */
const CONNECTION_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout']);
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
]);
const CONNECTION_TEXT =
  /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client was closed|Client has encountered/i;

type ErrorShape = {
  code?: unknown;
  message?: unknown;
  cause?: { kind?: unknown; originalCode?: unknown };
  meta?: { driverAdapterError?: { cause?: { kind?: unknown; originalCode?: unknown } } };
};

/**
 * Sorts a failure of `pg` or of Prisma. Prisma shows one conflict in four shapes
 * (RELIABILITY.md T15): P2034, P2010 around a driver error, a bare driver error at COMMIT,
 * and plain text for a killed connection.
 */
export function classifyFault(error: unknown): FaultKind {
  if (typeof error !== 'object' || error === null) return 'fault';
  const { code, message, cause, meta } = error as ErrorShape;
  const inner = meta?.driverAdapterError?.cause ?? cause;
  const states = [code, inner?.originalCode].filter((state) => typeof state === 'string');
  if (code === 'P2034' || inner?.kind === 'TransactionWriteConflict') return 'conflict';
  if (states.some((state) => CONFLICT_STATES.has(state))) return 'conflict';
  if (code === 'P2002' || states.includes('23505')) return 'duplicate';
  if (states.includes('57014')) return 'unavailable'; // Its time limit ended the statement.
  const lost =
    states.some((s) => CONNECTION_CODES.has(s) || CONNECTION_STATES.test(s)) ||
    (typeof inner?.kind === 'string' && CONNECTION_KINDS.has(inner.kind));
  if (lost || (typeof message === 'string' && CONNECTION_TEXT.test(message))) return 'unavailable';
  return 'fault';
}
