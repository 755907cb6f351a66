import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers 403 and lets go: Node no longer looks after a socket that asked for an upgrade. */
export function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => socket.destroy()); // A reset peer must not end the process.
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () =>
    socket.destroy(),
  );
}

/**
 * Serves a request that offers an upgrade to something else than WebSocket as an ordinary one, as
 * RFC 9110 has it: Java's and curl's clients offer h2c with every first request. Node hands all
 * of them to the 'upgrade' listener, so the request is given back without the offer.
 */
export function serveWithoutUpgrade(
  server: Server,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(at, at + 2);
    if (!/^(?:upgrade|connection|http2-settings)$/i.test(name)) lines.push(`${name}: ${value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
