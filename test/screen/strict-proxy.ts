/** A proxy as some networks have: it passes HTTP on and knows no WebSocket. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

export type StrictProxy = {
  readonly url: string;
  /** Refused while false, which is how it begins. */
  upgrades: boolean;
  /** How many upgrades it refused. */
  refused: number;
  close(): Promise<void>;
};

/** Starts it in front of a server. */
export async function startStrictProxy(target: string): Promise<StrictProxy> {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  const sockets = new Set<Duplex>();
  server.on('upgrade', (incoming, socket, head) => {
    if (!proxy.upgrades) {
      proxy.refused += 1;
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      return;
    }
    const onward = connect(Number(port), hostname);
    const headers = incoming.rawHeaders.map((text, i) => text + (i % 2 === 0 ? ': ' : '\r\n'));
    onward.write(`GET ${incoming.url} HTTP/1.1\r\n${headers.join('')}\r\n`);
    onward.write(head);
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => end.destroy());
    }
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const proxy: StrictProxy = {
    url: `http://127.0.0.1:${address.port}`,
    upgrades: false,
    refused: 0,
    async close() {
      server.close();
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
    },
  };
  return proxy;
}
