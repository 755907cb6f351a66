import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { App } from '../app.ts';
import { RightsWatch } from '../auth/rights-watch.ts';
import { createDocumentCache } from '../graphql/document-cache.ts';
import { limits } from '../limits.ts';
import { serveScreen } from '../screen/screen.ts';
import { admit, isCrossOrigin } from './admission.ts';
import { answerGet, answerPost } from './direct.ts';
import { createServerMetrics } from './metrics.ts';
import { SharedAnswers } from './shared-answers.ts';
import { SharedBoards } from './shared-boards.ts';
import { createSocketDoor } from './sockets.ts';
import { StreamGuard } from './stream-guard.ts';
import { refuseUpgrade, serveWithoutUpgrade } from './upgrades.ts';
import { createAppPipeline, createGraphqlServer } from './yoga.ts';

/** A server that listens. */
export type RunningServer = {
  readonly url: string;
  readonly port: number;
  /** Tells sockets to go (1001), finishes requests within the limit, and stops listening. */
  close(): Promise<void>;
};

export type ServerOptions = {
  /** The demo's keys: its screen and GraphiQL work without being given one. */
  readonly demoKeys?: { readonly screen: string; readonly service: string } | undefined;
};

/** HTTP, SSE and WebSocket over one schema; the screen, health and metrics beside them. */
export async function startServer(app: App, options: ServerOptions = {}): Promise<RunningServer> {
  const rights = new RightsWatch(app.authenticator);
  const streams = new StreamGuard(rights);
  const documents = createDocumentCache();
  const pipeline = createAppPipeline(app, documents);
  const shared = { pipeline, streams };
  const yoga = createGraphqlServer(app, { ...shared, graphiqlKey: options.demoKeys?.service });
  const chunkedYoga = createGraphqlServer(app, { ...shared, bodyBytesMax: limits.bodyBytesMax });
  const boards = new SharedBoards(app);
  const door = { app, pipeline, yoga, streams, boards, answers: new SharedAnswers(app) };
  const sockets = createSocketDoor({ app, pipeline, yoga }, rights, boards);
  const metrics = createServerMetrics(app, sockets, documents, boards.counts);
  let closing = false;

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const path = pathOf(request);
    response.once('close', () =>
      metrics.requests.inc({ path: label(path), status: response.statusCode }),
    );
    if (closing) response.setHeader('connection', 'close');
    if (path === '/graphql') {
      const body = admit(app.config, request, response);
      if (body === 'refused') return;
      streams.watch(request, response);
      const answer = request.method === 'POST' ? answerPost : answerGet;
      await (body === 'unknown' ? chunkedYoga(request, response) : answer(door, request, response));
    } else if (path === '/health/live') json(response, 200, { status: 'ok' });
    else if (path === '/health/ready') await answerReady(app, response, closing);
    else if (path === '/metrics') {
      response.setHeader('content-type', app.registry.contentType);
      response.end(await app.registry.metrics());
    } else if (path === '/') {
      response
        .writeHead(302, { location: app.config.graphiql ? '/graphql' : '/health/live' })
        .end();
    } else if (!serveScreen(request, response, { demoKey: options.demoKeys?.screen })) {
      json(response, 404, { error: 'There is nothing here.' });
    }
  };

  const server = createServer({ maxHeaderSize: limits.urlCharactersMax, requestTimeout: 30_000 });
  server.on('request', (request, response) => {
    handle(request, response).catch((error: unknown) => {
      app.log.error({ err: error }, 'request handler failed');
      if (!response.headersSent) json(response, 500, { error: 'Something went wrong.' });
      else response.destroy();
    });
  });
  server.on('upgrade', (request, socket: Duplex, head) => {
    const { upgrade } = request.headers;
    if (upgrade?.toLowerCase() !== 'websocket') serveWithoutUpgrade(server, request, socket, head);
    else if (pathOf(request) !== '/graphql' || isCrossOrigin(app.config, request) || closing) {
      refuseUpgrade(socket);
    } else sockets.upgrade(request, socket, head);
  });
  await listen(server, app.config.port, app.config.host);
  return {
    ...addressOf(server, app.config.host),
    async close() {
      closing = true;
      await closeInOrder(server, async () => {
        await sockets.close();
        streams.end();
        app.live.close(); // Last: it would tell clients that their subscriptions are complete.
      });
      streams.close();
      rights.close();
    },
  };
}

/** Stops listening, tells who follows, lets requests end, and cuts what has not by then. */
async function closeInOrder(server: Server, tellFollowers: () => Promise<void>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // What is left of the time is for the app behind us.
  const lateMs = limits.shutdownMs - limits.socketCloseMs;
  const late = setTimeout(() => server.closeAllConnections(), lateMs);
  await tellFollowers();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

function addressOf(server: Server, host: string): { port: number; url: string } {
  const { port } = server.address() as AddressInfo;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return { port, url: `http://${name.includes(':') ? `[${name}]` : name}:${port}` };
}

const pathOf = (request: IncomingMessage) => (request.url ?? '/').split('?', 1)[0] ?? '/';

/** Paths as a metric: few, whatever is asked for. */
const label = (path: string) =>
  ['/graphql', '/metrics', '/health/live', '/health/ready'].includes(path)
    ? path
    : path.startsWith('/screen')
      ? '/screen'
      : 'other';

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

/** Ready while the database answers; Redis is not needed to serve. */
async function answerReady(app: App, response: ServerResponse, closing: boolean): Promise<void> {
  const database = await app.pool.query('select 1').then(
    () => true,
    () => false,
  );
  const ready = database && !closing;
  json(response, ready ? 200 : 503, {
    status: ready ? 'ok' : 'unavailable',
    database,
    bus: app.bus.ready(),
    closing,
  });
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
