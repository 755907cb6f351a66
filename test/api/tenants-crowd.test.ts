/** Two programs on one node at once: what they share in memory they do not share (6.14, 6.23, T2). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { knock } from '../support/doors.ts';
import { boardQuery, type Follower, followers } from '../support/live.ts';
import { bePatient } from '../support/patience.ts';
import { furnish } from './subjects.ts';

const ROUNDS = 40;

let test: TestApp;
let server: RunningServer;
const programs = new Map<string, TestProgram>();
/** The same documents for both: some name rows of the one, some of the other, some of neither. */
let documents: string[];

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  server = await startServer(test.app);
  const ids: string[] = [];
  documents = [
    '{ program { key } me { displayName } }',
    '{ member(by: {externalId: "ada"}) { displayName points { available } tasks { title } holds { edges { node { reason } } } } }',
    '{ leaderboards { season { standings { nodes { member { displayName } } } } } }',
    '{ leaderboard(key: "daily") { season { standings { nodes { rank member { displayName } } } } } }',
    '{ rewards { edges { node { title offer(member: {externalId: "ada"}) { price } } } } }',
    '{ challenges { edges { node { title participants { edges { node { member { displayName } } } } } } } }',
    '{ redemptions { edges { node { reward { title } codes { code } } } } }',
    '{ operations { edges { node { client { name } } } } apiKeys { edges { node { name } } } }',
    '{ audit(first: 50) { edges { node { after actor { name } } } } }',
  ];
  for (const whose of ['one', 'two']) {
    const program = await createTestProgram(test.app);
    programs.set(whose, program);
    const subject = await furnish(test, program, whose);
    const { member, reward, redemption, season, challenge, rule, team, board } = subject;
    ids.push(member, reward, redemption, season, challenge, rule, team, board);
    documents.push(`{ challenge(id: "${challenge}") { title season { version } } }`);
  }
  for (const id of ids) {
    documents.push(`{ node(id: "${id}") { id ... on Member { displayName points { available } }
      ... on Reward { title } ... on Challenge { title } ... on Team { name inviteCode } } }`);
  }
  documents.push(`{ nodes(ids: ${JSON.stringify(ids)}) { id ... on Member { displayName }
    ... on Reward { title } ... on Challenge { title } ... on Team { name } } }`);
}, 60_000);
afterAll(async () => {
  await server.close();
  await test.close();
});

const wordsOf = (whose: string) => new RegExp(`of[ -]${whose}`);
const others = (whose: string) => (whose === 'one' ? 'two' : 'one');

describe('a crowd of two programs', () => {
  it('is answered as each would be alone, however the calls interleave', async () => {
    const callers = [...programs].flatMap(([whose, program]) =>
      [program.keys.operator, program.keys.service, program.keys.screen, program.token('ada')].map(
        (credential) => ({ whose, credential }),
      ),
    );
    const ask = async (credential: string, query: string, door: 'POST' | 'GET') =>
      (await knock(door, server.url, credential, { query })).text;
    const calls = await Promise.all(
      callers.map(async ({ whose, credential: given }) => ({ whose, credential: await given })),
    );
    const alone = new Map<string, string>();
    let shown = 0;
    for (const { whose, credential } of calls) {
      for (const query of documents) {
        const text = await ask(credential, query, 'POST');
        alone.set(`${credential} ${query}`, text);
        expect(text).not.toMatch(wordsOf(others(whose)));
        if (wordsOf(whose).test(text)) shown += 1;
      }
    }
    expect(shown).toBeGreaterThan(60); // There was something to leak.
    for (let round = 0; round < ROUNDS; round += 1) {
      // Neighbours in time are of different programs, and ask for the same.
      const query = documents[round % documents.length] ?? '';
      const next = documents[(round * 7 + 3) % documents.length] ?? '';
      await Promise.all(
        [query, next].flatMap((one) =>
          [...calls, ...calls.toReversed()].map(async ({ credential }) => {
            const door = round % 2 === 0 ? 'POST' : 'GET';
            expect(await ask(credential, one, door)).toBe(alone.get(`${credential} ${one}`));
          }),
        ),
      );
    }
  }, 120_000);

  it.each(followers)(
    'follows its own board and members only, over %s',
    async (_name, follow) => {
      const documentsOf = [
        boardQuery(10, 'daily').replace('externalId', 'externalId displayName'),
        'subscription { memberChanged(member: {externalId: "ada"}) { version member { displayName } } }',
      ];
      const following: { whose: string; follower: Follower }[] = [];
      for (const query of documentsOf) {
        for (const _ of [1, 2, 3]) {
          for (const [whose, { keys }] of programs) {
            following.push({ whose, follower: await follow(server.url, keys.service, query) });
          }
        }
      }
      for (let n = 0; n < 20; n += 1) {
        await Promise.all(
          [...programs].map(([whose, { keys }]) =>
            test.ask(
              keys.operator,
              `mutation { recordActivity(input: {member: {externalId: "ada"}, type: "purchase",
               reference: "${_name}-${whose}-${n}"}) { __typename } }`,
            ),
          ),
        );
      }
      await expect
        .poll(() => following.filter(({ follower }) => follower.events.length < 2))
        .toEqual([]);
      for (const { whose, follower } of following) {
        const text = JSON.stringify(follower.events);
        expect(text).toMatch(wordsOf(whose));
        expect(text).not.toMatch(wordsOf(others(whose)));
        follower.stop();
      }
    },
    60_000,
  );
});
