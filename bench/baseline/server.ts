/** The baseline's server: Yoga as it installs itself. */
import { createServer } from 'node:http';
import process from 'node:process';
import { PrismaPg } from '@prisma/adapter-pg';
import { createYoga } from 'graphql-yoga';
import { PrismaClient } from '../../src/generated/prisma/client.ts';
import { type BaselineContext, createSchema } from './schema.ts';

/** As many connections as Tallymark's own pool may open. */
const CONNECTIONS = 16;
/** Long enough for every request of a crowd to have its turn. */
const TRANSACTION_MS = 60_000;

const db = new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL, max: CONNECTIONS }),
  transactionOptions: { maxWait: TRANSACTION_MS, timeout: TRANSACTION_MS },
});
const context: BaselineContext = {
  db,
  programId: Number(process.env.BENCH_PROGRAM),
  planId: Number(process.env.BENCH_PLAN),
};
const yoga = createYoga({ schema: createSchema(), context, logging: false });
const server = createServer(yoga);
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'));

process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
