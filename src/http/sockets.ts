import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs } from 'graphql';
import { CloseCode, type Context as SocketContext, type SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { App } from '../app.ts';
import { Unauthenticated } from '../auth/authenticate.ts';
import type { Viewer } from '../auth/viewer.ts';
import { apiError, toApiError } from '../graphql/errors.ts';
import { limits } from '../limits.ts';
import { newRequestId } from '../platform/ids.ts';
import type { Yoga } from './yoga.ts';

type SocketExtra = Extra &
  Record<PropertyKey, unknown> & { viewer?: Viewer; windowStart?: number; windowCount?: number };
type Ctx = SocketContext<{ authorization?: unknown }, SocketExtra>;
type Enveloped = ReturnType<Yoga['getEnveloped']>;
type OperationArgs = ExecutionArgs & Pick<Enveloped, 'execute' | 'subscribe'>;

/** The WebSocket door: graphql-transport-ws over the same server as HTTP. */
export type SocketDoor = {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Open sockets. */
  readonly size: number;
  /** Tells every socket that we go away (1001). */
  close(): Promise<void>;
};

export function createSocketDoor(app: App, yoga: Yoga): SocketDoor {
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: limits.socketFrameBytesMax,
    perMessageDeflate: false,
  });
  const perKey = new Map<string, number>();
  const server = useServer<{ authorization?: unknown }, SocketExtra>(
    {
      isProd: true,
      connectionInitWaitTimeout: limits.socketInitMs,
      onConnect: (ctx) => admit(app, ctx as Ctx, perKey),
      onSubscribe: (ctx, _id, payload) => prepare(app, yoga, ctx as Ctx, payload),
      execute: (args) => (args as OperationArgs).execute(args),
      subscribe: (args) => (args as OperationArgs).subscribe(args),
      onClose: (ctx) => release(ctx as Ctx, perKey),
    },
    wss,
    limits.socketPingMs,
  );
  return {
    upgrade(request, socket, head) {
      wss.handleUpgrade(request, socket, head, (ws) => wss.emit('connection', ws, request));
    },
    get size() {
      return wss.clients.size;
    },
    async close() {
      await server.dispose();
    },
  };
}

/** Who connects? False closes the socket with 4403, which clients do not try again. */
async function admit(app: App, ctx: Ctx, perKey: Map<string, number>): Promise<boolean> {
  const { extra, connectionParams } = ctx;
  const given = connectionParams?.authorization ?? extra.request.headers.authorization;
  try {
    const viewer = await app.authenticator.authenticate(typeof given === 'string' ? given : null);
    if (viewer.kind === 'anonymous') return false;
    const name = ownerOf(viewer);
    const open = perKey.get(name) ?? 0;
    if (open >= limits.socketsPerKeyMax) return false;
    perKey.set(name, open + 1);
    extra.viewer = viewer;
    if (viewer.kind === 'member')
      closeAt(ctx, viewer.expiresAt.getTime() - app.clock.now().getTime());
    return true;
  } catch (error) {
    if (!(error instanceof Unauthenticated)) {
      toApiError(error, newRequestId(), app.log);
      extra.socket.close(CloseCode.InternalServerError, 'try again');
    }
    return false;
  }
}

/** A socket lives no longer than the token it was opened with. */
function closeAt({ extra }: Ctx, ms: number): void {
  const timer = setTimeout(
    () => extra.socket.close(CloseCode.Forbidden, 'Token expired'),
    Math.min(Math.max(ms, 0), 2 ** 31 - 1),
  );
  extra.socket.once('close', () => clearTimeout(timer));
}

function release({ extra }: Ctx, perKey: Map<string, number>): void {
  if (extra.viewer === undefined) return;
  const name = ownerOf(extra.viewer);
  const left = (perKey.get(name) ?? 1) - 1;
  if (left > 0) perKey.set(name, left);
  else perKey.delete(name);
}

const ownerOf = (viewer: Viewer) =>
  viewer.kind === 'key'
    ? viewer.keyId
    : viewer.kind === 'member'
      ? `${viewer.programId}/${viewer.externalId}`
      : viewer.kind;

/**
 * Parses and validates one operation. Whatever is wrong with it ends that operation with an
 * `error` message; the socket and its other operations go on (RELIABILITY.md T5).
 */
async function prepare(app: App, yoga: Yoga, ctx: Ctx, payload: SubscribePayload) {
  const requestId = newRequestId();
  const { extra } = ctx;
  try {
    const limited = overLimit(app, ctx);
    if (limited !== undefined) return [limited];
    const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
      viewer: extra.viewer ?? { kind: 'anonymous' },
      requestId,
    } as never);
    const document = parse(payload.query);
    const errors = validate(schema, document);
    if (errors.length > 0) return errors;
    const args: OperationArgs = {
      schema,
      document,
      operationName: payload.operationName ?? null,
      variableValues: payload.variables ?? null,
      contextValue: await contextFactory(),
      execute,
      subscribe,
    };
    return args;
  } catch (error) {
    return [toApiError(error, requestId, app.log)];
  }
}

function overLimit(app: App, { subscriptions, extra }: Ctx) {
  if (Object.keys(subscriptions).length > limits.socketOperationsMax) {
    const message = `At most ${limits.socketOperationsMax} operations run on one socket.`;
    return apiError('SUBSCRIPTION_LIMIT', message);
  }
  const now = app.clock.now().getTime();
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
