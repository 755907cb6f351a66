import { expect, it } from 'vitest';
import { createTestApp } from '../support/app.ts';
import { createTestDatabase } from '../support/database.ts';
import { startProcess } from '../support/server-process.ts';

it('what cannot be closed keeps nothing else open', async () => {
  const test = await createTestApp();
  const { bus, live, pool } = test.app;
  const closeBus = bus.close.bind(bus);
  bus.close = async () => {
    await closeBus();
    throw new Error('of the test');
  };
  live.close = () => {
    throw new Error('of the test, too');
  };
  await test.close();
  expect(pool.ended).toBe(true);
});

it('a process that was told to stop ends within 10 seconds, whatever hangs', async () => {
  const database = await createTestDatabase();
  const hang = `import { Server } from 'node:http'; Server.prototype.close = function () {};`;
  const module = `data:text/javascript;base64,${Buffer.from(hang).toString('base64')}`;
  const server = await startProcess({
    DATABASE_URL: database.url,
    NODE_OPTIONS: `--import=${module}`,
  });
  try {
    const begun = performance.now();
    server.signal('SIGTERM');
    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(server.stdout).toContain('stopped before all was closed');
  } finally {
    if (server.running) await server.kill();
    await database.drop();
  }
});
