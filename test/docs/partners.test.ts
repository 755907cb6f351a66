/** What docs/partners.md shows, as a partner's key runs it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { clientKey, push, setMode, sha256 } from '../operations/support.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { knock, type Operation } from '../support/doors.ts';
import { bePatient } from '../support/patience.ts';
import { pays, setRule } from '../support/rules.ts';

const text = readFileSync(path.join(import.meta.dirname, '../../docs/partners.md'), 'utf8');
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, found = '']) => found,
  );
const [manifest = ''] = blocks('json');

let test: TestApp;
let server: RunningServer;
let program: TestProgram;
let key: string;

beforeAll(async () => {
  bePatient();
  test = await createTestApp();
  program = await createTestProgram(test.app);
  server = await startServer(test.app);
  await setRule(test, program, 'purchase', pays('purchase', 7));
  await test.ask(
    program.keys.operator,
    'mutation { enrolMember(input: {externalId: "ada"}) { __typename } }',
  );
  expect((await push(test, program, 'till', manifest)).added).toHaveLength(4);
  await setMode(test, program, 'till', 'REQUIRED', { costMax: 500 });
  key = await clientKey(test.app, program, 'PARTNER', 'till');
});
afterAll(async () => {
  await server.close();
  await test.close();
});

it('names operations by their own hashes, and no others', () => {
  const known = Object.entries(JSON.parse(manifest) as Record<string, string>);
  for (const [id, document] of known) expect(id).toBe(`sha256:${sha256(document)}`);
  const ids = new Set(text.match(/sha256:[0-9a-f]{64}/g));
  expect(ids).toEqual(new Set(known.map(([id]) => id)));
});

it('asks, writes and follows', async () => {
  const bodies = blocks('sh').flatMap((block) =>
    [...block.matchAll(/-d '(\{.*\})'/g)].map(([, body = '']) => JSON.parse(body) as Operation),
  );
  expect(bodies).toHaveLength(3);
  const [points, purchase, board] = bodies as [Operation, Operation, Operation];
  const write = () => knock('POST', server.url, key, purchase);
  expect((await write()).data).toEqual({ recordActivity: { awards: [{ points: 7 }] } });
  await write(); // A repeat counts once.
  const { data } = await knock('POST', server.url, key, points);
  expect(data).toEqual({ member: { displayName: 'ada', points: { available: 7 } } });
  for (const door of ['SSE', 'WS'] as const) {
    const event = await knock(door, server.url, key, board);
    expect(event.data.leaderboardChanged.kind).toBe('SNAPSHOT');
  }
});

it('reads over GET with a tag', async () => {
  const [get = ''] = blocks('sh').filter((block) => block.includes('curl -si -G'));
  const given = [...get.matchAll(/--data-urlencode '(\w+)=([^']*)'/g)];
  const search = new URLSearchParams(given.map(([, name = '', value = '']) => [name, value]));
  const ask = (headers = {}) =>
    fetch(`${server.url}/graphql?${search}`, {
      headers: { authorization: `Bearer ${key}`, ...headers },
    });
  const first = await ask();
  expect(await first.json()).toMatchObject({ data: { leaderboard: { title: 'This week' } } });
  const again = await ask({ 'if-none-match': first.headers.get('etag') ?? '' });
  expect(again.status).toBe(304);
});
