/** The limit: one prepared buffer to every socket, without GraphQL. */
import process from 'node:process';
import { WebSocketServer } from 'ws';
import { boardAt, EVERY_MS } from './fanout-rows.ts';

const server = new WebSocketServer({
  port: Number(process.env.PORT),
  host: '127.0.0.1',
  perMessageDeflate: false,
});
const messageOf = (version: number) =>
  Buffer.from(
    JSON.stringify({
      id: 's1000',
      type: 'next',
      payload: { data: { leaderboardChanged: boardAt(version) } },
    }),
  );
const TEXT = { binary: false };

server.on('connection', (socket) => {
  socket.on('message', (data: Buffer) => {
    if (data.includes('connection_init')) socket.send('{"type":"connection_ack"}');
    else socket.send(messageOf(1), TEXT);
  });
});
let version = 1;
setInterval(() => {
  version += 1;
  const message = messageOf(version);
  for (const socket of server.clients) socket.send(message, TEXT);
}, EVERY_MS);
server.on('listening', () => process.send?.('ready'));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
