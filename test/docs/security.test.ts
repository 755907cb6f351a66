/** The documents of docs/security.md do what it says. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allScopes } from '../../src/auth/scopes.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';

const text = readFileSync(path.join(import.meta.dirname, '../../docs/security.md'), 'utf8');
const documents = new Map(
  [...text.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, document = '']) => [
    /^(?:query|mutation) (\w+)/.exec(document)?.[1] ?? '',
    document,
  ]),
);

let test: TestApp;
let program: TestProgram;
beforeAll(async () => {
  test = await createTestApp({ clock: new FakeClock('2026-12-01T12:00:00Z') });
  program = await createTestProgram(test.app);
});
afterAll(() => test.close());

async function run(name: string, variables: object = {}) {
  const document = documents.get(name) ?? '';
  const { data, errors } = await test.ask(program.keys.operator, document, variables);
  expect(errors).toBeUndefined();
  return data;
}

it('makes, lists, rotates and revokes keys', async () => {
  expect([...documents.keys()]).toEqual(['Make', 'Rotate', 'Keys', 'Revoke']);
  const { createApiKey } = await run('Make');
  const { id, scopes } = createApiKey.apiKey;
  expect(scopes).toEqual(['RECORD']);
  const { rotateApiKey } = await run('Rotate', { keyId: id });
  expect(rotateApiKey.replaced.expiresAt).toBe('2026-12-02T12:00:00.000Z');
  const again = await run('Rotate', { keyId: id });
  expect(again.rotateApiKey).toMatchObject({ replacedBy: rotateApiKey.apiKey.id });
  const { apiKeys } = await run('Keys');
  const names = apiKeys.edges.map(({ node }: { node: { name: string } }) => node.name);
  expect(names.filter((name: string) => name === 'Till 3')).toHaveLength(2);
  expect((await run('Revoke', { keyId: id })).revokeApiKey.alreadyRevoked).toBe(false);
});

it('names every scope', () => {
  for (const scope of allScopes) expect(text).toContain(`| \`${scope}\` |`);
});
