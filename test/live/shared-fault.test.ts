import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { earn, furnish, operate } from '../leaderboards/board.ts';
import { createTestApp, createTestProgram, type TestApp } from '../support/app.ts';
import { overWebSocket } from '../support/live.ts';
import { bePatient } from '../support/patience.ts';

let test: TestApp;
let server: RunningServer;
beforeAll(async () => {
  bePatient();
  test = await createTestApp();
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});

it('a fault while a message is made is not what everybody gets for ever', async () => {
  const program = await createTestProgram(test.app);
  await furnish(test, program, ['ada']);
  const after = await earn(test, program, 'ada', 5);
  await operate(test, program, `{ leaderboard(key: "all-time", after: ${after}) { key } }`);
  const query =
    'subscription { leaderboardChanged(key: "all-time") { kind version season { leaderboard { seasons(first: 1) { edges { node { id } } } } } } }';
  // One statement fails for a moment, as on a connection that was cut.
  const { pool } = test.app;
  const connect = pool.connect.bind(pool);
  let failing = true;
  Object.assign(pool, {
    connect: async () => {
      const client = await connect();
      const send = client.query.bind(client);
      const release = client.release.bind(client);
      Object.assign(client, {
        query: (config: { name?: string }, ...more: never[]) =>
          failing && config.name?.includes('listSeasons')
            ? Promise.reject(new Error('Connection terminated unexpectedly'))
            : send(config as never, ...more),
        release: (...args: never[]) => {
          Object.assign(client, { query: send, release });
          return release(...args);
        },
      });
      return client;
    },
  });
  setTimeout(() => {
    failing = false;
  }, 700);
  const first = await overWebSocket(server.url, program.keys.screen, query);
  setTimeout(() => {
    failing = false;
  }, 0);
  await new Promise((r) => setTimeout(r, 3000));
  const second = await overWebSocket(server.url, program.keys.screen, query);
  expect(second.events[0].leaderboardChanged?.kind).toBe('SNAPSHOT');
  expect(first.events.at(-1).leaderboardChanged?.kind).toBe('SNAPSHOT');
  first.stop();
  second.stop();
});
