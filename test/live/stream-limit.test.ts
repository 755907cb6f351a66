/** How many event streams one caller may have open, as sockets have a limit too. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { limits } from '../../src/limits.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { knock } from '../support/doors.ts';
import { boardQuery, type Follower, overSse, overWebSocket } from '../support/live.ts';

let test: TestApp;
let program: TestProgram;
let server: RunningServer;

beforeAll(async () => {
  test = await createTestApp();
  program = await createTestProgram(test.app);
  server = await startServer(test.app);
  const { errors } = await test.ask(
    program.keys.operator,
    `mutation { enrolMember(input: {externalId: "ada"}) { __typename }
       checkIn(input: {member: {externalId: "ada"}}) { __typename } }`,
  );
  expect(errors).toBeUndefined();
});
afterAll(async () => {
  await server.close();
  await test.close();
});

it('is bounded for each member, and goes down as streams end', async () => {
  const ada = await program.token('ada');
  const query = boardQuery(1);
  const open = () => overSse(server.url, ada, query);
  const ask = (credential: string) => knock('SSE', server.url, credential, { query });
  const streams: Follower[] = [];
  while (streams.length < limits.streamsPerMemberMax) {
    streams.push(...(await Promise.all(Array.from({ length: 20 }, open))));
  }
  expect(streams.filter(({ events }) => events.length === 0)).toEqual([]);

  const refused = await ask(ada);
  expect(refused.errors?.map(({ extensions }) => extensions?.code)).toEqual(['SUBSCRIPTION_LIMIT']);
  expect(refused.status).toBe(429);
  const others = [await program.token('bob'), program.keys.screen];
  for (const other of others) expect((await ask(other)).errors).toBeUndefined();
  const socket = await overWebSocket(server.url, ada, query);
  expect(socket.events[0].leaderboardChanged.kind).toBe('SNAPSHOT');
  socket.stop();
  expect((await knock('POST', server.url, ada, { query: '{ me { id } }' })).errors).toBeUndefined();

  streams.pop()?.stop();
  await expect.poll(async () => (await ask(ada)).status, { timeout: 5_000 }).toBe(200);
  for (const stream of streams) stream.stop();
  await expect.poll(() => test.app.live.watched.boards, { timeout: 5_000 }).toBe(0);
});
