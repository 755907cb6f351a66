/** A server that does nothing: what the load generator itself can ask. */
import { createServer } from 'node:http';
import process from 'node:process';

const answer = JSON.stringify({ data: { checkIn: { alreadyCheckedIn: false } } });
const server = createServer((request, response) => {
  request.resume().once('end', () => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(answer),
    });
    response.end(answer);
  });
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
