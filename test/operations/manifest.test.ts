/** The one loader: what tools really write, and whatever else somebody may send. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJudge } from '../../src/graphql/judge.ts';
import { schema } from '../../src/graphql/schema.ts';
import { limits } from '../../src/limits.ts';
import { readDocumentId, showDocumentId } from '../../src/operations/document-id.ts';
import { readManifest } from '../../src/operations/manifest.ts';
import { judgeManifest } from '../../src/operations/push-operations.ts';
import { sha256 } from './support.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/manifests/${name}.json`, import.meta.url), 'utf8');
const judge = createJudge(schema);

describe('the file of', () => {
  it.each([
    ['relay', 3, 0],
    ['relay-md5', 0, 3],
    ['apollo', 3, 0],
    ['graphql-codegen', 3, 0],
    ['gql-tada', 2, 1],
  ])('%s is read and fits the schema', (name, hashes, customs) => {
    const { good, problems } = judgeManifest(judge, fixture(name));
    expect(problems).toEqual([]);
    expect(good.filter(({ id, hash }) => id === hash)).toHaveLength(hashes);
    expect(good.filter(({ id, hash }) => id !== hash)).toHaveLength(customs);
    expect(good.map(({ kind }) => kind).sort()).toEqual(['MUTATION', 'QUERY', 'SUBSCRIPTION']);
    for (const { text, hash, cost, name: operation } of good) {
      expect(hash).toBe(sha256(text));
      expect(text).toContain(operation);
      expect(cost).toBeGreaterThan(1);
    }
  });
});

it('any mapping comes back as it was, however its ids are written', () => {
  const hex = fc.constantFrom('', 'sha256:', 'SHA256:');
  const text = fc.string({ minLength: 1, unit: 'grapheme', maxLength: 50 });
  const fits = (one: string) => one.trim() !== '' && !/[\0\p{Cs}]/u.test(one);
  const custom = fc
    .stringMatching(/^[!-~]{1,128}$/)
    .filter((id) => !/^sha256:/i.test(id) && !/^[0-9a-f]{64}$/i.test(id));
  const entry = fc.record({
    text: text.filter(fits),
    prefix: hex,
    upper: fc.boolean(),
    custom: fc.option(custom, { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: (one) => one.text, minLength: 1 }), (entries) => {
      const customs = entries.flatMap((one) => one.custom ?? []);
      fc.pre(new Set(customs).size === customs.length);
      const wanted = new Map<string, string>();
      const pairs = entries.map(({ text: body, prefix, upper, custom: own }) => {
        const hash = sha256(body);
        wanted.set(own ?? hash, body);
        return [own ?? `${prefix}${upper ? hash.toUpperCase() : hash}`, body] as const;
      });
      // Object.fromEntries makes an own `__proto__`, too, as JSON.parse does.
      const map = readManifest(JSON.stringify(Object.fromEntries(pairs)));
      const operations = pairs.map(([id, body]) => ({ id, name: 'A', type: 'query', body }));
      const apollo = readManifest(JSON.stringify({ version: 1, operations }));
      for (const { entries: read, problems } of [map, apollo]) {
        expect(problems).toEqual([]);
        expect(new Map(read.map((one) => [one.id, one.text]))).toEqual(wanted);
        for (const { id } of read) expect(readDocumentId(showDocumentId(id))).toBe(id);
      }
    }),
    { numRuns: 300 },
  );
});

it('whatever is sent is told in words, and nothing of it is taken twice', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      const { entries, problems } = readManifest(text);
      expect(entries.length + problems.length).toBeGreaterThan(0);
      expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
      for (const { message } of problems) expect(message).not.toBe('');
    }),
    { numRuns: 500 },
  );
});

describe('a manifest is refused', () => {
  const good = '{ program { key } }';
  const hash = sha256(good);
  const deep = `{ ${'leaderboard(key: "a") { season { leaderboard { '.repeat(4)} key ${'} } }'.repeat(4)} }`;
  const many = Object.fromEntries(
    Array.from({ length: limits.manifestOperationsMax + 1 }, (_, index) => [`a${index}`, good]),
  );
  const apollo = (...operations: unknown[]) => ({ version: 1, operations });

  it.each<[string, unknown, (string | null)[], RegExp]>([
    ['that is no JSON', '{', [null], /no JSON/],
    ['that is a list', [], [null], /JSON object/],
    ['that is null', null, [null], /JSON object/],
    ['that is empty', {}, [null], /no operations/],
    ['of no operations', apollo(), [null], /no operations/],
    ['with too many', many, [null], /1001 operations, more than 1000/],
    ['of another format', { ...apollo(), format: 'x' }, [null], /format: must be/],
    ['of another version', { ...apollo(), version: 2 }, [null], /version: must be 1/],
    ['with a text that is none', { a: 1 }, ['a'], /must be a string/],
    ['with an empty text', { a: ' \n' }, ['a'], /is empty/],
    ['with a text that is too long', { a: `#${'x'.repeat(20_000)}` }, ['a'], /20000 characters/],
    ['with half a character', { a: `${good} # \ud800` }, ['a'], /cannot be stored/],
    ['with an id that is empty', { '': good }, [''], /the id must be/],
    ['with an id that is too long', { ['a'.repeat(129)]: good }, ['a'.repeat(129)], /the id must/],
    ['with half a hash', { 'sha256:abc': good }, ['sha256:abc'], /the id must be/],
    [
      'with the hash of another text',
      { [hash]: '{ me { id } }' },
      [hash],
      /SHA-256 of its text is/,
    ],
    [
      'with one id for two texts',
      apollo({ id: 'a', body: good }, { id: 'a', body: '{ me { id } }' }),
      ['a'],
      /twice/,
    ],
    ['with an operation without a body', apollo({ id: 'a' }), ['operations.0'], /body/],
    ['with what is not GraphQL', { a: '{' }, ['a'], /1:2: Syntax Error/],
    ['with a field that there is not', { a: '{ nope }' }, ['a'], /1:3: Cannot query field/],
    ['with introspection', { a: '{ __schema { types { name } } }' }, ['a'], /introspection/i],
    ['that is too deep', { a: deep }, ['a'], /levels deep/],
    [
      'that reads too much',
      {
        a: '{ leaderboards { seasons(first: 100) { edges { node { standings(first: 100) { nodes { rank } } } } } } }',
      },
      ['a'],
      /10000 objects/,
    ],
    [
      'with only a fragment',
      { a: 'fragment A on Member { id }' },
      ['a'],
      /Fragment "A" is never used/,
    ],
    [
      'with two operations in a text',
      { a: 'query A { me { id } } query B { me { id } }' },
      ['a'],
      /several operations \(A, B\)/,
    ],
    [
      'with a name that is not there',
      apollo({ id: 'a', name: 'C', body: 'query A { me { id } }' }),
      ['a'],
      /no operation C/,
    ],
  ])('%s', (_what, json, ids, message) => {
    const text = typeof json === 'string' ? json : JSON.stringify(json);
    const { problems } = judgeManifest(judge, text);
    expect([...new Set(problems.map(({ id }) => id))]).toEqual(ids);
    expect(problems[0]?.message).toMatch(message);
  });

  it('for all that is wrong with it at once', () => {
    const { good: fine, problems } = judgeManifest(
      judge,
      JSON.stringify({ a: '{ nope }', b: good, c: 1, d: '{', 'sha256:e': good }),
    );
    expect(fine.map(({ id }) => id)).toEqual(['b']);
    expect(new Set(problems.map(({ id }) => id))).toEqual(new Set(['a', 'c', 'd', 'sha256:e']));
    expect(problems).toHaveLength(4);
  });
});

it('the name tells which operation of a text is meant', () => {
  const body = 'query A { me { id } } mutation B { checkIn(input: {}) { __typename } }';
  const operations = [{ id: 'a', name: 'B', body }];
  const { good, problems } = judgeManifest(judge, JSON.stringify({ version: 1, operations }));
  expect(problems).toEqual([]);
  expect(good).toMatchObject([{ id: 'a', name: 'B', kind: 'MUTATION', cost: 1 }]);
});
