/** A TCP proxy in front of PostgreSQL that cuts a connection around the COMMIT of an engine's batch. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** What to do with the next COMMIT. */
export type Cut =
  /** It never reaches the server; both ends are cut. */
  | 'before'
  /** The server gets it; its answer never comes back. */
  | 'after'
  /** As `after`, but the server gets it only 300 ms later: until then it is in progress. */
  | 'later'
  /** As `after`, and nobody can connect any more. */
  | 'after, then dark'
  /** It never reaches the server, which does not learn that the client is gone, and it is dark. */
  | 'before, then dark';

export type CuttingProxy = {
  /** The database's URL by way of the proxy. */
  url(databaseUrl: string): string;
  /** Cuts at the next COMMIT of a batch. */
  arm(cut: Cut): void;
  /** How many times it cut. */
  readonly cuts: number;
  /** Lets connections through again, and ends those that were left hanging. */
  lighten(): void;
  close(): Promise<void>;
};

const COMMIT = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1');
const BATCH = 'engine.lockMembers';

export async function startCuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const hanging: Socket[] = [];
  let armed: Cut | undefined;
  let cuts = 0;
  let dark = false;

  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };

  const cutAt = (cut: Cut, client: Socket, server: Socket, chunk: Buffer) => {
    cuts += 1;
    armed = undefined;
    if (cut.endsWith('dark')) dark = true;
    server.unpipe(client);
    client.destroy();
    if (cut.startsWith('after')) server.end(chunk);
    else if (cut === 'later') setTimeout(() => server.end(chunk), 300);
    else if (dark) hanging.push(server);
    else server.destroy();
    if (dark)
      for (const socket of sockets)
        if (!hanging.includes(socket) && socket !== server) socket.destroy();
  };

  const listener = createServer((client) => {
    keep(client);
    if (dark) return void client.destroy();
    const server = connect(Number(port), hostname);
    keep(server);
    let inBatch = false;
    client.on('data', (chunk: Buffer) => {
      if (chunk.includes(BATCH)) inBatch = true;
      const commits = chunk.includes(COMMIT);
      if (commits && inBatch && armed !== undefined) return cutAt(armed, client, server, chunk);
      if (commits) inBatch = false;
      server.write(chunk);
    });
    server.pipe(client);
    client.on(
      'close',
      () => !hanging.includes(server) && !server.writableEnded && cutsNothing(server),
    );
    server.on('close', () => client.destroy());
  });
  /** The client left in good order: so does its other half, unless a COMMIT is still to be sent. */
  const cutsNothing = (server: Socket) => setTimeout(() => server.destroy(), 1_000);

  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const own = (listener.address() as AddressInfo).port;
  return {
    url(text) {
      const url = new URL(text);
      url.hostname = '127.0.0.1';
      url.port = String(own);
      return url.href;
    },
    arm(cut) {
      armed = cut;
    },
    get cuts() {
      return cuts;
    },
    lighten() {
      dark = false;
      for (const socket of hanging.splice(0)) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
