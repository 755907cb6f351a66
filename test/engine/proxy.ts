/** A TCP proxy in front of PostgreSQL that cuts a connection around the COMMIT of an engine's batch. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

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
  | 'before, then dark'
  /** Nothing moves any more, in either direction; nothing is cut. The server gets it in the end. */
  | 'silent';

export type CuttingProxy = {
  /** The database's URL by way of the proxy. */
  url(databaseUrl: string): string;
  /** Cuts at the next COMMIT of a batch. */
  arm(cut: Cut): void;
  /** How many times it cut. */
  readonly cuts: number;
  /** Lets new connections through again, and ends the old ones that were left hanging. */
  lighten(): void;
  close(): Promise<void>;
};

const COMMIT = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1');
const BATCH = 'engine.lockMembers';

/** One connection: what the client has, and what goes to the server. */
type Line = { readonly client: Socket; readonly server: Socket; inBatch: boolean };

class Wire {
  readonly #lines = new Set<Line>();
  #mode: 'open' | 'dark' | 'silent' = 'open';
  /** Ends of connections that the server still believes in, with what it has yet to get. */
  readonly #hanging: { server: Socket; rest: Buffer }[] = [];
  armed: Cut | undefined;
  cuts = 0;

  accept(client: Socket, server: Socket): void {
    const line: Line = { client, server, inBatch: false };
    this.#lines.add(line);
    for (const socket of [client, server]) socket.on('error', () => socket.destroy());
    client.on('data', (chunk: Buffer) => this.#toServer(line, chunk));
    server.on('data', (chunk: Buffer) => {
      if (this.#mode !== 'silent') client.write(chunk);
    });
    client.on('close', () => {
      this.#lines.delete(line);
      if (!this.#hanging.some((one) => one.server === server))
        setTimeout(() => server.destroy(), 500);
    });
    server.on('close', () => client.destroy());
    if (this.#mode === 'dark') client.destroy();
  }

  #toServer(line: Line, chunk: Buffer): void {
    if (this.#mode === 'silent') return;
    if (chunk.includes(BATCH)) line.inBatch = true;
    const commits = chunk.includes(COMMIT);
    if (commits && line.inBatch && this.armed !== undefined) this.#cut(this.armed, line, chunk);
    else line.server.write(chunk);
    if (commits) line.inBatch = false;
  }

  #cut(cut: Cut, { client, server }: Line, chunk: Buffer): void {
    this.cuts += 1;
    this.armed = undefined;
    if (cut === 'silent') {
      this.#mode = 'silent';
      this.#hanging.push({ server, rest: chunk });
      return;
    }
    if (cut.startsWith('after')) server.end(chunk);
    else if (cut === 'later') setTimeout(() => server.end(chunk), 300);
    else if (cut === 'before') server.destroy();
    else this.#hanging.push({ server, rest: Buffer.alloc(0) });
    client.destroy();
    if (!cut.endsWith('dark')) return;
    this.#mode = 'dark';
    for (const line of this.#lines) line.client.destroy();
  }

  lighten(): void {
    for (const { server, rest } of this.#hanging.splice(0)) server.end(rest);
    for (const { client } of this.#lines) client.destroy();
    this.#mode = 'open';
  }

  close(): void {
    for (const { client, server } of this.#lines) {
      client.destroy();
      server.destroy();
    }
  }
}

export async function startCuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(databaseUrl);
  const proxy = new Wire();
  const listener = createServer((client) => proxy.accept(client, connect(Number(port), hostname)));
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
      proxy.armed = cut;
    },
    get cuts() {
      return proxy.cuts;
    },
    lighten: () => proxy.lighten(),
    async close() {
      proxy.close();
      listener.close();
      await once(listener, 'close');
    },
  };
}
