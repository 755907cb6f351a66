import { once } from 'node:events';
import { createServer } from 'node:net';

/** Listens for a moment; fails as listening in earnest would. */
export async function tryPort(port: number, host: string): Promise<void> {
  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
