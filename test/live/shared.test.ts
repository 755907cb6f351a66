/** What subscribers and readers share, and what never: through real doors. */
import type { GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { sharedFields } from '../../src/graphql/shareable.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { openSocket } from '../support/doors.ts';
import { boardQuery, expectFaithful, followers } from '../support/live.ts';
import { pays, setRule } from '../support/rules.ts';
import { metric } from '../support/server-process.ts';
import { everything, everythingOfChallenge, settledChallenge } from './everything.ts';

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
  await setRule(test, program, 'walk', pays('walk', 1));
  await ask(
    `mutation { ${['ada', 'bob', 'cyd'].map((id) => `${id}: enrolMember(input: {externalId: "${id}"}) { __typename }`).join(' ')} }`,
  );
});

async function ask(query: string) {
  const { data, errors } = await test.ask(program.keys.operator, query);
  expect(errors).toBeUndefined();
  return data;
}
async function walk(id: string) {
  const { recordActivity } = await ask(
    `mutation { recordActivity(input: {member: {externalId: "${id}"}, type: "walk"}) {
      ... on RecordActivityPayload { position } } }`,
  );
  await ask(`{ leaderboard(key: "all-time", after: ${recordActivity.position}) { key } }`);
}
const made = () => metric(server.url, 'tallymark_live_made');
const sent = () => metric(server.url, 'tallymark_live_sent');
const soon = { timeout: 5_000, interval: 20 };

it('fields that may be shared are there, and each is held against every role below', () => {
  const live =
    'kind version challenge season standings changes removed teamStandings teamChanges teamsRemoved';
  const words = new Set(`${everything} ${everythingOfChallenge} ${live}`.match(/\w+/g));
  const roots = ['Query', 'Subscription'];
  for (const [type, fields] of Object.entries(sharedFields)) {
    const known = (schema.getType(type) as GraphQLObjectType).getFields();
    expect(fields.filter((field) => known[field] === undefined)).toEqual([]);
    if (roots.includes(type)) continue;
    expect(fields.filter((field) => !words.has(field)).map((field) => `${type}.${field}`)).toEqual(
      [],
    );
  }
});

async function post(credential: string, query: string, variables = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${credential}` },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, text: await response.text() };
}
const get = (credential: string, query: string, headers = {}) =>
  fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { authorization: `Bearer ${credential}`, ...headers },
  });

describe.each(followers)('subscribers over %s', (_name, follow) => {
  it('with one document share one execution, whoever they are, whatever else they send', async () => {
    await walk('ada');
    const { screen, service, operator } = program.keys;
    const credentials = [screen, service, operator, await program.token('ada'), screen, screen];
    const before = [await made(), await sent()] as const;
    const asked = (n: number) => ({ query: boardQuery(), variables: { n } });
    const begun = credentials.map((credential, n) => follow(server.url, credential, asked(n)));
    const following = await Promise.all(begun);
    await walk('bob');
    await expect
      .poll(
        () => following.map(({ events }) => events.at(-1)?.leaderboardChanged.standings.length),
        soon,
      )
      .toEqual(credentials.map(() => 2));
    for (const { events } of following) expectFaithful(events);
    expect((await sent()) - before[1]).toBe(12);
    // A snapshot at first, another for who came after a version, and the delta.
    expect((await made()) - before[0]).toBeLessThanOrEqual(3);
    for (const one of following) one.stop();
  });

  it('each see their own where a field depends on the viewer, and nothing is shared then', async () => {
    await walk('ada');
    await walk('bob');
    await walk('bob');
    const before = await made();
    const own =
      'subscription { leaderboardChanged(key: "all-time") { kind season { standing { rank score } } } }';
    const [ada, bob] = await Promise.all(
      ['ada', 'bob'].map(async (id) => follow(server.url, await program.token(id), own)),
    );
    expect(ada?.events[0].leaderboardChanged.season.standing).toEqual({ rank: 2, score: 1 });
    expect(bob?.events[0].leaderboardChanged.season.standing).toEqual({ rank: 1, score: 2 });
    expect(await made()).toBe(before);
    ada?.stop();
    bob?.stop();
  });

  it('never get what a private field says', async () => {
    await walk('ada');
    const priv =
      'subscription { leaderboardChanged(key: "all-time") { standings { member { externalId points { available } } } } }';
    const operator = await follow(server.url, program.keys.operator, priv);
    const screen = await follow(server.url, program.keys.screen, priv);
    expect(JSON.stringify(operator.events)).toContain('"available":1');
    expect(JSON.stringify(screen.events)).not.toContain('available":1');
    operator.stop();
    screen.stop();
  });

  it('of another program with the same document get their own board', async () => {
    await walk('ada');
    const other = await createTestProgram(test.app);
    const [own, foreign] = await Promise.all([
      follow(server.url, program.keys.screen, boardQuery()),
      follow(server.url, other.keys.screen, boardQuery()),
    ]);
    await walk('bob');
    await expect.poll(() => own.events.at(-1).leaderboardChanged.standings.length, soon).toBe(2);
    expect(JSON.stringify(foreign.events)).not.toMatch(/ada|bob/);
    own.stop();
    foreign.stop();
  });
});

describe('who reconnects', () => {
  const query = `subscription ($after: SafeInt, $season: ID) {
    leaderboardChanged(key: "all-time", after: $after, season: $season) {
      kind version season { id } changes { score member { externalId } } } }`;
  const resume = async (variables: object, q = query) => {
    const socket = await openSocket(server.url, program.keys.screen);
    socket.send({ type: 'subscribe', id: 'r', payload: { query: q, variables } });
    await socket.waitFor(({ id }) => id === 'r');
    return { socket, first: socket.messages.find(({ id }) => id === 'r')?.payload };
  };

  it('goes on behind the version they saw, with the others', async () => {
    await walk('ada');
    const { socket, first } = await resume({});
    const { version, season } = first.data.leaderboardChanged;
    await walk('bob');
    await expect.poll(() => socket.messages.filter(({ id }) => id === 'r').length, soon).toBe(2);
    const before = await made();
    const back = await resume({ after: version, season: season.id });
    expect(back.first.data.leaderboardChanged).toMatchObject({
      kind: 'DELTA',
      version: version + 1,
      changes: [{ score: 1, member: { externalId: 'bob' } }],
    });
    expect(await made()).toBe(before);
    for (const variables of [
      { after: version + 1 }, // Has missed nothing.
      { after: version + 1_000 },
      { after: version, season: Buffer.from('Season:999999').toString('base64') },
    ]) {
      const other = await resume(variables);
      expect(other.first.data.leaderboardChanged.kind).toBe('SNAPSHOT');
      other.socket.close();
    }
    const alone = await resume(
      {},
      query.replace('after: $after', `after: ${version}`).replace('$after: SafeInt, ', ''),
    );
    expect(alone.first.data.leaderboardChanged).toMatchObject({
      kind: 'DELTA',
      version: version + 1,
    });
    alone.socket.close();
    socket.close();
    back.socket.close();
  });

  it.each([
    [{ after: -1 }, 'after'],
    [{ after: 1.5 }, 'after'],
    [{ after: 1, season: 'x' }, 'season'],
    [{ after: 'x' }, 'after'],
  ])('with %j is told what is wrong', async (variables, field) => {
    const { socket, first } = await resume(variables);
    const [error] = first.errors ?? first;
    expect(error.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
    socket.close();
  });
});

describe('readers of a board', () => {
  it('get the same bytes, whoever they are, and the same as by their own execution', async () => {
    await walk('ada');
    await walk('bob');
    const id = await settledChallenge(test.app, ask, walk);
    const both = `leaderboard(key: "all-time") { ${everything} } leaderboards { key }
      challenge(id: "${id}") { ${everythingOfChallenge} }`;
    const query = `{ ${both} }`;
    const { operator, service, screen } = program.keys;
    const credentials = [screen, service, operator, await program.token('ada')];
    // Aliased so that it is another document, with a field of the caller’s own beside it.
    const alone = `{ ${both} me { id } }`;
    for (const credential of credentials) {
      const shared = JSON.parse((await post(credential, query)).text);
      const own = JSON.parse((await post(credential, alone)).text);
      expect(own.errors).toBeUndefined();
      delete own.data.me;
      expect(shared).toEqual(own);
    }
    const { data } = JSON.parse((await post(operator, query)).text);
    expect(data.leaderboard.season.standings.totalCount).toBe(2);
    expect(data.challenge).toMatchObject({ phase: 'SETTLED', teamStandings: { totalCount: 1 } });
    expect(data.challenge.season.settlement).toMatchObject({ paid: 7 });
  });

  it('never see another’s own place, in whatever order they ask', async () => {
    await walk('ada');
    await walk('bob');
    await walk('bob');
    const query = '{ leaderboard(key: "all-time") { season { standing { rank } } } }';
    const [ada, bob] = [await program.token('ada'), await program.token('bob')];
    for (const [token, rank] of [
      [ada, 2],
      [bob, 1],
      [ada, 2],
    ] as const) {
      expect(JSON.parse((await post(token, query)).text).data.leaderboard.season.standing).toEqual({
        rank,
      });
    }
    const { text } = await post(program.keys.screen, query);
    expect(JSON.parse(text).errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  it('are refused and told as ever: no key, a partner’s, another program’s, a wrong argument', async () => {
    const query =
      '{ leaderboard(key: "all-time") { season { standings(first: 3) { totalCount } } } }';
    await walk('ada');
    expect((await post(program.keys.screen, query)).text).toContain('"totalCount":1');
    const other = await createTestProgram(test.app);
    expect((await post(other.keys.screen, query)).text).toContain('"totalCount":0');
    expect((await post(program.keys.partner, query)).status).toBe(403);
    expect((await post('tm_screen_x_y', query)).status).toBe(401);
    const wrong = await post(program.keys.screen, query.replace('3', '101'));
    expect(wrong.text).toContain('BAD_USER_INPUT');
    expect((await post(program.keys.screen, query)).text).toContain('"totalCount":1');
  });

  it('see a change after the throttle at the latest, and one they waited for at once', async () => {
    const query = '{ leaderboard(key: "all-time") { season { standings { totalCount } } } }';
    await post(program.keys.screen, query);
    const { recordActivity } = await ask(
      'mutation { recordActivity(input: {member: {externalId: "ada"}, type: "walk"}) { ... on RecordActivityPayload { position } } }',
    );
    const waited = query.replace(')', `, after: ${recordActivity.position})`);
    expect((await post(program.keys.screen, waited)).text).toContain('"totalCount":1');
    await new Promise((resolve) => setTimeout(resolve, 110));
    expect((await post(program.keys.screen, query)).text).toContain('"totalCount":1');
  });

  it('by GET are sent what has changed only', async () => {
    await walk('ada');
    const query = '{ leaderboard(key: "all-time") { season { standings { nodes { score } } } } }';
    const first = await get(program.keys.screen, query);
    const etag = first.headers.get('etag') ?? '';
    expect([first.status, etag.length > 10]).toEqual([200, true]);
    expect(await first.json()).toMatchObject({ data: {} });
    const again = await get(program.keys.screen, query, { 'if-none-match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const token = await program.token('ada');
    expect((await get(token, query, { 'if-none-match': etag })).status).toBe(304);
    await walk('bob');
    await new Promise((resolve) => setTimeout(resolve, 110));
    const later = await get(program.keys.screen, query, { 'if-none-match': etag });
    expect([later.status, later.headers.get('etag') === etag]).toEqual([200, false]);
    expect((await get('wrong', query, { 'if-none-match': etag })).status).toBe(401);
    const own = await get(token, '{ me { id } }');
    expect([own.status, own.headers.get('etag')]).toEqual([200, null]);
    expect((await get(program.keys.operator, 'mutation { __typename }')).status).toBe(405);
  });
});
