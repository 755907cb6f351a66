/**
 * Tenants apart (RELIABILITY.md 6.14, 6.23): whatever of one program is named with a credential of
 * another gets the very answer of what does not exist, and nothing of it changes. The schema is the
 * list: a root field that is not asked here fails.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { clientKey, manifestOf, push, sha256 } from '../operations/support.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { type Door, knock } from '../support/doors.ts';
import { crossedFields } from './crossed-fields.ts';
import { differing, everythingOf, settled } from './everything-of.ts';
import { fieldsOfSchema, rootFields, type Subject } from './root-fields.ts';
import { furnish, lists, nobody } from './subjects.ts';

let test: TestApp;
let server: RunningServer;
let own: TestProgram;
let other: TestProgram;
let otherSubject: Subject;
let ownSubject: Subject;
/** A partner’s key, and everything that is asked here registered for its client. */
let partner: string;
/** All that the other program has. */
let theirs: Awaited<ReturnType<typeof everythingOf>>;

const roles = ['operator', 'service', 'screen', 'partner', 'member', 'anonymous'] as const;
type Role = (typeof roles)[number];

beforeAll(async () => {
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  server = await startServer(test.app);
  // The other first, so that its rows have the lower ids.
  other = await createTestProgram(test.app);
  own = await createTestProgram(test.app);
  otherSubject = await furnish(test, other, 'other');
  ownSubject = await furnish(test, own, 'own');
  const all = fieldsOfSchema.flatMap((field) =>
    [otherSubject, nobody].flatMap((subject) => operationsOf(field, subject)),
  );
  expect(await push(test, own, 'partner', manifestOf(...all))).toMatchObject({ created: true });
  partner = await clientKey(test.app, own, 'PARTNER', 'partner');
  // What follows by itself (boards, progress, when a key was used) has followed.
  theirs = await settled(() => everythingOf(test.app, other.id));
}, 60_000);
afterAll(async () => {
  await server.close();
  await test.close();
});

const operationsOf = (field: string, subject: Subject): readonly string[] => [
  ...(rootFields[field]?.operations(subject) ?? []),
  ...(crossedFields[field]?.(subject) ?? []),
];

const credentialOf = (role: Role): Promise<string> | string | undefined => {
  if (role === 'partner') return partner;
  return role === 'anonymous' ? undefined : role === 'member' ? own.token('ada') : own.keys[role];
};

/** What an answer says, without where it stood in the document. */
async function say(role: Role, operation: string, door: Door = 'POST') {
  const credential = await credentialOf(role);
  const asked =
    role === 'partner' ? { documentId: `sha256:${sha256(operation)}` } : { query: operation };
  const { status, data, errors } = await knock(door, server.url, credential, asked);
  return {
    status,
    data,
    errors: errors?.map(({ message, path, extensions }) => ({ message, path, extensions })),
  };
}

/** An answer without what it repeats of the question. */
function without(subject: Subject, answer: unknown): string {
  const { client, documentId, code, inviteCode, apiKey } = subject;
  let text = JSON.stringify(answer);
  for (const [name, value] of Object.entries({ client, documentId, code, inviteCode, apiKey })) {
    text = text.replaceAll(value, `<${name}>`);
  }
  return text;
}

const doorsOf = {
  Query: ['POST', 'GET', 'WS'],
  Mutation: ['POST'],
  Subscription: ['SSE', 'WS'],
} as const satisfies Record<string, readonly Door[]>;

/** Compared with what was there before this test, so that one leak is one failure. */
async function expectNothingMoved(): Promise<void> {
  const before = theirs;
  theirs = await everythingOf(test.app, other.id);
  expect(differing(before, theirs)).toEqual([]);
}

describe('root fields', () => {
  it('are all asked here', () => {
    expect(Object.keys(rootFields).sort()).toEqual([...fieldsOfSchema].sort());
    expect(fieldsOfSchema).toEqual(expect.arrayContaining(Object.keys(crossedFields)));
  });
});

describe.each(roles)('to %s', (role) => {
  it.each(fieldsOfSchema)(
    '%s shows nothing of the other program, and changes nothing',
    async (field) => {
      const missing = operationsOf(field, nobody);
      const doors = doorsOf[field.split('.')[0] as keyof typeof doorsOf];
      for (const [index, operation] of operationsOf(field, otherSubject).entries()) {
        for (const door of doors) {
          const answer = without(otherSubject, await say(role, operation, door));
          expect(answer).not.toMatch(/of[ -]other/);
          expect(answer).not.toContain(other.key);
          // A command repeats differently only where it names nobody’s rows at all.
          if (operation === missing[index]) continue;
          expect(answer).toBe(without(nobody, await say(role, missing[index] ?? '', door)));
        }
      }
      await expectNothingMoved();
    },
  );
});

describe('the questions', () => {
  it('do find something when it is the own program’s', async () => {
    for (const field of ['Query.leaderboard', 'Query.member', 'Query.node', 'Query.nodes']) {
      for (const operation of rootFields[field]?.operations(ownSubject) ?? []) {
        const { data, errors } = await say('operator', operation);
        expect(errors).toBeUndefined();
        expect(JSON.stringify(data)).not.toMatch(/:null|\[\]\}\}\}$/);
      }
    }
  });

  it('are right ones: nothing is refused for how it is asked', async () => {
    for (const field of fieldsOfSchema.filter((path) => path.startsWith('Query.'))) {
      for (const operation of operationsOf(field, ownSubject)) {
        expect((await say('operator', operation)).errors, operation).toBeUndefined();
      }
    }
  });

  it('find it however often they ask', async () => {
    const ids = [ownSubject.member, ownSubject.reward, ownSubject.board, ownSubject.season];
    const aliases = ids.flatMap((id, n) => [
      `a${n}: node(id: "${id}") { id }`,
      `b${n}: node(id: "${id}") { id }`,
    ]);
    const listed = JSON.stringify([...ids, ...ids]);
    const { data, errors } = await say(
      'operator',
      `{ ${aliases.join(' ')} nodes(ids: ${listed}) { id } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.nodes.map(({ id }: { id: string }) => id)).toEqual([...ids, ...ids]);
    for (const [n, id] of ids.entries()) {
      expect([data[`a${n}`], data[`b${n}`]]).toEqual([{ id }, { id }]);
    }
  });

  it('about nobody are not about somebody', async () => {
    const { data } = await say(
      'operator',
      `{ nodes(ids: ["${nobody.member}", "${nobody.reward}"]) { id } }`,
    );
    expect(data.nodes).toEqual([null, null]);
  });
});

describe('lists', () => {
  it.each(Object.keys(lists))('%s hold only the own, whatever the cursor', async (name) => {
    const query = lists[name] ?? '';
    const cursor = otherSubject.cursors[name];
    const args = ['', `(after: "${cursor}")`, `(before: "${cursor}", last: 100)`, '(first: 100)'];
    for (const arg of args) {
      const { data, errors } = await test.ask(own.keys.operator, query.replace('ARGS', arg));
      expect(errors).toBeUndefined();
      expect(JSON.stringify(data)).not.toMatch(/of[ -]other/);
      expect(JSON.stringify(data)).toContain(arg.includes('"') ? '{' : '"cursor"');
    }
    await expectNothingMoved();
  });

  it('of rules and changes hold only the own', async () => {
    for (const query of [
      '{ rules(first: 100) { edges { node { id versions { definition } } } } }',
      '{ rule(kind: EARNING, key: "purchase") { id versions { definition } } }',
      '{ audit(first: 100) { edges { node { after } } } }',
    ]) {
      const { data, errors } = await test.ask(own.keys.operator, query);
      expect(errors).toBeUndefined();
      expect(JSON.stringify(data)).toContain('Purchases of own');
      expect(JSON.stringify(data)).not.toContain('of other');
    }
  });

  it('of boards and standings hold only the own', async () => {
    const { data } = await test.ask(
      own.keys.screen,
      `{ leaderboards {
      season { participants standings { totalCount nodes { member { displayName } } } } } }`,
    );
    for (const { season } of data.leaderboards) {
      expect(season.participants).toBe(1);
      expect(season.standings.nodes).toEqual([{ member: { displayName: 'Ada of own' } }]);
    }
  });
});

describe('a member token', () => {
  it('speaks for the member of its own program only', async () => {
    const { data } = await test.ask(
      await own.token('ada'),
      '{ me { displayName id } program { key } }',
    );
    expect(data).toEqual({
      me: { displayName: 'Ada of own', id: ownSubject.member },
      program: { key: own.key },
    });
  });
});
