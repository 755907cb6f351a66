/** The usual way to fan out: Yoga, its pub/sub and graphql-ws, executing for each subscriber. */
import { createServer } from 'node:http';
import process from 'node:process';
import type { ExecutionArgs } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { boardAt, EVERY_MS } from '../cases/fanout-rows.ts';

type Board = ReturnType<typeof boardAt>;
type Enveloped = ExecutionArgs & {
  execute: (args: ExecutionArgs) => unknown;
  subscribe: (args: ExecutionArgs) => unknown;
};

let subscribers = 0;
function change(): void {
  let version = 1;
  setInterval(() => {
    version += 1;
    pubSub.publish('board', boardAt(version));
  }, EVERY_MS);
}

const pubSub = createPubSub<{ board: [Board] }>();
const schema = createSchema({
  typeDefs: `
    type Member { externalId: String! displayName: String! }
    type Standing { rank: Int! score: Float! reachedAt: String! member: Member! }
    type Change { version: Float! standings: [Standing!]! }
    type Query { hello: String }
    type Subscription { leaderboardChanged(key: String!, first: Int): Change! }`,
  resolvers: {
    Subscription: {
      leaderboardChanged: {
        subscribe: async function* () {
          subscribers += 1;
          // Changes begin once all are there: a server that is behind takes minutes to let more in.
          if (subscribers === Number(process.env.BENCH_SOCKETS)) change();
          yield boardAt(1);
          yield* pubSub.subscribe('board');
        },
        resolve: (board: Board) => board,
      },
    },
  },
});
const yoga = createYoga({ schema, logging: false });
const server = createServer(yoga);
// As Yoga's documentation has it.
useServer(
  {
    execute: (args) => (args as Enveloped).execute(args) as never,
    subscribe: (args) => (args as Enveloped).subscribe(args) as never,
    onSubscribe: async (ctx, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...ctx,
        req: ctx.extra.request,
        socket: ctx.extra.socket,
        params,
      });
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        execute,
        subscribe,
      };
      const errors = validate(args.schema, args.document);
      return errors.length > 0 ? (errors as never) : args;
    },
  },
  new WebSocketServer({ server, path: '/graphql' }),
);

server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
