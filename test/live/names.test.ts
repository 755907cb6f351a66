/** Who is shown otherwise than before: boards that are watched show it at once. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { type Event, followers, overWebSocket } from '../support/live.ts';

let test: TestApp;
let server: RunningServer;
let program: TestProgram;

beforeAll(async () => {
  test = await createTestApp();
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});
beforeEach(async () => {
  program = await createTestProgram(test.app);
  for (const id of ['ada', 'bob']) {
    await send(`enrolMember(input: {externalId: "${id}"})`);
    await send(`checkIn(input: {member: {externalId: "${id}"}})`);
  }
});

async function send(mutation: string): Promise<Event> {
  const query = `mutation { ${mutation} { __typename ... on Refusal { code } } }`;
  const { data, errors } = await test.ask(program.keys.operator, query);
  expect([errors, Object.values(data)[0]]).toEqual([undefined, { __typename: expect.anything() }]);
}

const query = `subscription { leaderboardChanged(key: "weekly") { kind version
  standings { member { displayName avatarUrl } } changes { member { displayName } } } }`;
const soon = { timeout: 5_000, interval: 20 };

describe.each(followers)('over %s', (_name, follow) => {
  it.each([
    {
      how: 'updateMember(input: {member: {externalId: "ada"}, displayName: "Ada L."})',
      to: 'Ada L.',
    },
    {
      how: 'updateMember(input: {member: {externalId: "ada"}, nickname: "Countess"})',
      to: 'Countess',
    },
    {
      how: 'eraseMember(input: {member: {externalId: "ada"}})',
      to: 'Erased member',
    },
  ])('$how is shown with a version of its own, to the latest comer, too', async ({ how, to }) => {
    const follower = await follow(server.url, program.keys.screen, query);
    const last = () => follower.events.at(-1).leaderboardChanged;
    const names = (rows: Event[]) => rows.map(({ member }) => member.displayName);
    await expect.poll(() => names(last().standings), soon).toEqual(['ada', 'bob']);
    const { version } = last();
    await send(how);
    await expect.poll(() => names(last().standings), soon).toEqual([to, 'bob']);
    expect(last()).toMatchObject({ kind: 'DELTA', version: version + 1 });
    expect(names(last().changes)).toEqual([to]);
    const late = await overWebSocket(server.url, program.keys.screen, query);
    expect(names(late.events[0].leaderboardChanged.standings)).toEqual([to, 'bob']);
    for (const one of [follower, late]) one.stop();
  });
});

it('what nobody sees of a member gives boards no version', async () => {
  const version = async () => {
    const { data } = await test.ask(
      program.keys.service,
      '{ leaderboard(key: "weekly") { season { version } } }',
    );
    return data.leaderboard.season.version;
  };
  await expect.poll(version, soon).toBeGreaterThan(0);
  const before = await version();
  const tagged = `mutation { updateMember(input: {member: {externalId: "ada"}, tags: ["vip"], displayName: "ada"}) {
    ... on UpdateMemberPayload { position } } }`;
  const { data } = await test.ask(program.keys.operator, tagged);
  const { position } = data.updateMember;
  await test.ask(
    program.keys.service,
    `{ leaderboard(key: "weekly", after: ${position}) { key } }`,
  );
  expect(await version()).toBe(before);
});
