import type { Writable } from 'node:stream';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/prisma/client.ts';
import { limits } from '../limits.ts';
import { assert } from './assert.ts';

export type Pool = pg.Pool;
export type PoolClient = pg.PoolClient;
export type { PrismaClient };

const OID_INT8 = 20;
const OID_DATE = 1082;

/** bigint columns arrive as numbers: every one of them is CHECKed to stay within ±(2^53 − 1). */
function parseInt8(text: string): number {
  const value = Number(text);
  assert(Number.isSafeInteger(value), `bigint out of range: ${text}`);
  return value;
}

const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === OID_INT8) return parseInt8;
    if (oid === OID_DATE) return (text: string) => text; // A calendar date is not an instant.
    return pg.types.getTypeParser(oid, format as 'text');
  },
} as pg.CustomTypesConfig;

/**
 * The one pool of connections, with a time limit on everything: a frozen server must not
 * freeze us. Pipelined, so that a batch costs a few round trips.
 */
export function createPool(url: string, onError: (error: Error) => void): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: limits.poolConnectionsMax,
    connectionTimeoutMillis: limits.connectMs,
    query_timeout: limits.queryMs,
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
    // Page sizes are literals and plans serial: a parallel generic plan was measured 9x slower.
    options: '-c max_parallel_workers_per_gather=0 -c timezone=UTC',
    application_name: 'tallymark',
    pipeline: true,
    types,
  } as pg.PoolConfig);
  // A connection that dies ends the process unless somebody listens: the pool does while it is
  // idle, we do while it is in use (its query fails, too).
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}

/** Prisma over the same pool, for ordinary reads and rare operator commands. */
export function createPrisma(pool: Pool): PrismaClient {
  const names = new Map<string, string>();
  const adapter = new PrismaPg(pool, {
    // Named statements keep their plan; the API's documents bound how many there are.
    statementNameGenerator: ({ sql }: { sql: string }) => {
      let name = names.get(sql);
      if (name === undefined && names.size < 500) {
        name = `prisma_${names.size}`;
        names.set(sql, name);
      }
      return name;
    },
  } as ConstructorParameters<typeof PrismaPg>[1]);
  return new PrismaClient({
    adapter,
    transactionOptions: { maxWait: limits.connectMs, timeout: limits.statementMs },
  });
}

/** Runs named SQL: the name is its comment and the name of its prepared statement. */
export async function named<Row extends object>(
  client: Pool | PoolClient,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const query = { name, text: `/* ${name} */ ${text}`, values: values as unknown[] };
  const isPool = 'totalCount' in client;
  const result = isPool ? await readsOf(client).ask(query) : await client.query<Row>(query);
  return result.rows as Row[];
}

type Waiting = {
  readonly query: pg.QueryConfig;
  readonly resolve: (result: pg.QueryResult) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Reads that are asked for in one turn go out together, a few on each connection: what a query
 * costs this process is mostly the system calls around it.
 */
class Reads {
  readonly #pool: Pool;
  #waiting: Waiting[] = [];

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  ask(query: pg.QueryConfig): Promise<pg.QueryResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ query, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#sendAll());
    });
  }

  #sendAll(): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < all.length; from += limits.readsTogetherMax) {
      void this.#send(all.slice(from, from + limits.readsTogetherMax));
    }
  }

  async #send(reads: readonly Waiting[]): Promise<void> {
    try {
      const client = await this.#pool.connect();
      const sent = together(client, () => reads.map(({ query }) => client.query(query)));
      const results = await Promise.allSettled(
        sent.map((answer, index) =>
          answer.then(reads[index]?.resolve, (error: unknown) => {
            reads[index]?.reject(error);
            throw error;
          }),
        ),
      );
      // As the pool's own `query`: a connection on which something failed is not used again.
      client.release(results.some(({ status }) => status === 'rejected'));
    } catch (error) {
      for (const { reject } of reads) reject(error);
    }
  }
}

const reads = new WeakMap<Pool, Reads>();

function readsOf(pool: Pool): Reads {
  const made = reads.get(pool) ?? new Reads(pool);
  reads.set(pool, made);
  return made;
}

/**
 * What `send` asks goes out in one write: on a pipelined connection each query is a system call of
 * its own otherwise, and they are dearer than the queries.
 */
export function together<Sent>(client: PoolClient, send: () => Sent): Sent {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}

/**
 * As `named`, but planned anew for the values it is given. For statements with filters that may be
 * left out: a plan for all values at once takes each of them for the rare case.
 */
export async function planned<Row extends object>(
  client: Pool | PoolClient,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const result = await client.query<Row>({
    text: `/* ${name} */ ${text}`,
    values: values as unknown[],
  });
  return result.rows;
}

/** Runs `work` in one transaction of its own connection. */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    broken = await client.query('rollback').then(
      () => undefined,
      (fault: Error) => fault,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}
