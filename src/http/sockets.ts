import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs } from 'graphql';
import { CloseCode, type Context as SocketContext, type SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { Unauthenticated } from '../auth/authenticate.ts';
import type { RightsWatch } from '../auth/rights-watch.ts';
import { ownerOf, type Viewer } from '../auth/viewer.ts';
import { type Context as GraphqlContext, known } from '../graphql/context.ts';
import { apiError, toApiError, withoutHttp } from '../graphql/errors.ts';
import { limits } from '../limits.ts';
import { newRequestId } from '../platform/ids.ts';
import { COST_HEADER, charge } from './charge.ts';
import {
  type GraphqlDoor,
  type Operation,
  prepareOperation,
  refuseUnknownParams,
} from './operation.ts';
import { OwnerCount } from './owner-count.ts';
import { documentIdOf } from './params.ts';
import type { Asked, SharedBoards } from './shared-boards.ts';
import { SilentStream, socketSink } from './sinks.ts';

/** WebSocket close code for a server that has no room now. */
const TRY_AGAIN_LATER = 1013;

type SocketExtra = Extra &
  Record<PropertyKey, unknown> & {
    viewer?: Viewer;
    unwatch?: () => void;
    windowStart?: number;
    windowCount?: number;
  };
type ConnectionParams = { authorization?: unknown; [COST_HEADER]?: unknown };
type Ctx = SocketContext<ConnectionParams, SocketExtra>;
type OperationArgs = ExecutionArgs &
  Pick<Operation, 'execute' | 'subscribe'> & {
    readonly id: string;
    readonly socket: WebSocket;
    readonly asked: Asked;
    /** Its answer says what it cost. */
    readonly tellsCost: boolean;
  };

/** The WebSocket door: graphql-transport-ws over the same server as HTTP. */
export type SocketDoor = {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Open sockets. */
  readonly size: number;
  /** Takes no more operations, answers those that run, then tells every socket to go (1001). */
  close(): Promise<void>;
};

/** What all sockets of a door share. */
type Door = GraphqlDoor & {
  readonly rights: RightsWatch;
  readonly boards: SharedBoards;
  /** What sockets stand on. */
  readonly connections: WeakMap<WebSocket, Duplex>;
  /** Open sockets by who opened them. */
  readonly owners: OwnerCount;
  /** Queries and mutations that run. */
  running: number;
  closing: boolean;
};

export function createSocketDoor(
  graphql: GraphqlDoor,
  rights: RightsWatch,
  boards: SharedBoards,
): SocketDoor {
  const door: Door = {
    ...graphql,
    ...{ rights, boards },
    connections: new WeakMap(),
    owners: new OwnerCount(),
    running: 0,
    closing: false,
  };
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: limits.socketFrameBytesMax,
    perMessageDeflate: false,
  });
  const server = useServer<ConnectionParams, SocketExtra>(
    {
      isProd: true,
      connectionInitWaitTimeout: limits.socketInitMs,
      onConnect: (ctx) => admit(door, ctx as Ctx),
      onSubscribe: (ctx, id, payload) => prepare(door, ctx as Ctx, id, payload),
      onNext: (_ctx, _id, _payload, _args, { data, errors, extensions }) => {
        if (errors === undefined) return;
        const more = { ...(data !== undefined && { data }), ...(extensions && { extensions }) };
        return { errors: withoutHttp(errors), ...more };
      },
      onError: (_ctx, _id, _payload, errors) => withoutHttp(errors),
      execute: (args) => run(door, args as OperationArgs),
      subscribe: (args) => follow(door, args as OperationArgs),
      onClose: (ctx) => release(door, ctx as Ctx),
    },
    wss,
    limits.socketPingMs,
  );
  return {
    upgrade(request, socket, head) {
      wss.handleUpgrade(request, socket, head, (ws) => {
        cutWhenFull(ws);
        door.connections.set(ws, socket);
        wss.emit('connection', ws, request);
        // Broken frames are the client's affair: ws closes with the right code, and graphql-ws
        // would print a stack for each.
        ws.removeAllListeners('error');
        ws.on('error', () => {});
      });
    },
    get size() {
      return wss.clients.size;
    },
    async close() {
      door.closing = true;
      const deadline = performance.now() + limits.shutdownMs - 2 * limits.socketCloseMs;
      while (door.running > 0 && performance.now() < deadline) await pause(10);
      // A peer that stalls never says goodbye in return.
      const late = setTimeout(() => {
        for (const ws of wss.clients) ws.terminate();
      }, limits.socketCloseMs);
      await server.dispose();
      clearTimeout(late);
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Whoever sends and does not read what comes back (pongs echo!) must not fill our memory. */
function cutWhenFull(ws: WebSocket): void {
  const look = () => {
    if (ws.bufferedAmount > limits.socketBufferedBytesMax) ws.terminate();
  };
  ws.on('message', look);
  ws.on('ping', look);
}

/** Executes, counted, so that closing can wait for the answer to leave. */
async function run(door: Door, args: OperationArgs) {
  door.running += 1;
  try {
    const result = await args.execute(args);
    return args.tellsCost ? { ...result, extensions: await costTold(args) } : result;
  } finally {
    setImmediate(() => {
      door.running -= 1;
    });
  }
}

async function costTold({ contextValue, asked }: OperationArgs) {
  const { app, viewer } = contextValue as GraphqlContext;
  const { limit, remaining } = await app.rateLimits.state(known(viewer));
  return { cost: { requested: asked.operation.cost.units, limit, remaining } };
}

/** Subscribes, with all who asked for the same when it can be shared. */
async function follow({ boards, connections }: Door, args: OperationArgs) {
  const connection = connections.get(args.socket);
  const join = connection && (await boards.find(args.asked));
  if (connection === undefined || join === undefined) return args.subscribe(args);
  const stream = new SilentStream();
  stream.onEnd = join(socketSink(args.socket, connection, args.id, () => void stream.return()));
  return stream;
}

/** Who connects? False closes the socket with 4403, which clients do not try again. */
async function admit({ app, rights, owners }: Door, ctx: Ctx): Promise<boolean> {
  const { extra, connectionParams } = ctx;
  const given = connectionParams?.authorization ?? extra.request.headers.authorization;
  if (typeof given !== 'string') return false;
  try {
    const viewer = await app.authenticator.authenticate(given);
    // Whoever left meanwhile was released already, and would be counted for ever.
    if (viewer.kind === 'anonymous' || extra.socket.readyState !== extra.socket.OPEN) return false;
    if (!owners.enter(ownerOf(viewer), limits.socketsPerKeyMax)) {
      extra.socket.close(TRY_AGAIN_LATER, 'Too many sockets'); // 4403 would end all retries.
      return false;
    }
    extra.viewer = viewer;
    extra.unwatch = rights.watch(given, () =>
      extra.socket.close(CloseCode.Forbidden, 'Credential expired or revoked'),
    );
    return true;
  } catch (error) {
    if (!(error instanceof Unauthenticated)) {
      toApiError(error, newRequestId(), app.log);
      extra.socket.close(CloseCode.InternalServerError, 'try again');
    }
    return false;
  }
}

function release({ owners }: Door, { extra }: Ctx): void {
  extra.unwatch?.();
  if (extra.viewer !== undefined) owners.leave(ownerOf(extra.viewer));
}

/**
 * Parses and validates one operation. Whatever is wrong with it ends that operation with an
 * `error` message; the socket and its other operations go on (RELIABILITY.md T5).
 */
async function prepare(door: Door, ctx: Ctx, id: string, payload: SubscribePayload) {
  const { app } = door;
  const requestId = newRequestId();
  const { extra } = ctx;
  try {
    const limited = overLimit(door, ctx);
    if (limited !== undefined) return [limited];
    refuseUnknownParams(payload);
    const caller = { viewer: extra.viewer ?? ({ kind: 'anonymous' } as const), requestId };
    const { query, variables, operationName } = payload;
    const documentId = documentIdOf(payload);
    const params = { query, variables, operationName, documentId };
    const operation = await prepareOperation(door, caller, params);
    if (!('args' in operation)) return operation;
    const { args, execute, subscribe, type } = operation;
    const { viewer } = args.contextValue as GraphqlContext;
    const asked = { viewer, variables, operation };
    const waiting = charge(operation, type === 'subscription' && door.boards.isFollowed(asked));
    if (waiting !== undefined) await waiting;
    app.operations.noteAdHoc(operation.adHoc, operation.name);
    const asksCost = ctx.connectionParams?.[COST_HEADER];
    const tellsCost = asksCost === '1' || asksCost === 1;
    const { socket } = extra;
    return { ...args, execute, subscribe, id, socket, asked, tellsCost } as OperationArgs;
  } catch (error) {
    return [toApiError(error, requestId, app.log)];
  }
}

function overLimit({ closing }: Door, { subscriptions, extra }: Ctx) {
  if (closing) return apiError('SERVICE_UNAVAILABLE', 'The server is shutting down.');
  if (Object.keys(subscriptions).length > limits.socketOperationsMax) {
    const message = `At most ${limits.socketOperationsMax} operations run on one socket.`;
    return apiError('SUBSCRIPTION_LIMIT', message);
  }
  const now = performance.now();
  if (extra.windowStart === undefined || now - extra.windowStart >= 1000) {
    extra.windowStart = now;
    extra.windowCount = 0;
  }
  extra.windowCount = (extra.windowCount ?? 0) + 1;
  if (extra.windowCount > limits.socketOperationsPerSecondMax) {
    return apiError('RATE_LIMITED', 'Too many operations on this socket.', { retryAfterMs: 1000 });
  }
  return undefined;
}
