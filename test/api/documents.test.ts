/** What a document may cost: parsed ones are kept within bounds, whoever sends them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { limits } from '../../src/limits.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { type SendOptions, sendHttp } from '../support/raw-http.ts';

let test: TestApp;
let program: TestProgram;
let server: RunningServer;

beforeAll(async () => {
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  program = await createTestProgram(test.app);
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});

const ask = async (query: string, options: SendOptions = {}) => {
  const { status, text } = await sendHttp(server.port, {
    body: JSON.stringify({ query }),
    ...options,
  });
  const [error] = (JSON.parse(text).errors ?? []) as { extensions: { code: string } }[];
  return { status, code: error?.extensions.code };
};

/** What the process says of itself. */
async function kept(): Promise<{ documents: number; characters: number }> {
  const { text } = await sendHttp(server.port, { method: 'GET', path: '/metrics' });
  const value = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
  return {
    documents: value('tallymark_documents'),
    characters: value('tallymark_documents_characters'),
  };
}

describe('documents that were parsed', () => {
  it('are kept for all ways through HTTP together', async () => {
    const headers = { authorization: `Bearer ${program.keys.service}` };
    const before = await kept();
    const query = '{ program { key name } }';
    await ask(query, { headers });
    await ask(query, { headers, chunked: true });
    const search = new URLSearchParams({ query });
    await sendHttp(server.port, { method: 'GET', path: `/graphql?${search}`, headers });
    expect((await kept()).documents).toBe(before.documents + 1);
  });

  it.each([
    ['short', 700, (n: number) => `query Q${n} { program { key } }`],
    ['long', 120, (n: number) => `query L${n} { ${'leaderboards { key } '.repeat(240)} }`],
    ['dense', 240, (n: number) => `query D${n} { ${'a '.repeat(980)} }`],
    ['wrong', 700, (n: number) => `query W${n} { nothing }`],
  ])('are few, though strangers send many %s ones', async (_name, count, document) => {
    for (let n = 0; n < count; n += 20) {
      const asked = Array.from({ length: 20 }, (_, m) =>
        ask(document(n + m), { chunked: m % 2 === 0 }),
      );
      for (const { code } of await Promise.all(asked)) {
        expect(code).toMatch(/^(?:UNAUTHENTICATED|GRAPHQL_VALIDATION_FAILED)$/);
      }
    }
    const { documents, characters } = await kept();
    expect(documents).toBeGreaterThan(40);
    expect(documents).toBeLessThanOrEqual(limits.documentCacheDocumentsMax);
    expect(characters).toBeLessThanOrEqual(limits.documentCacheCharactersMax);
  });

  it('are none of those that cannot be parsed', async () => {
    const before = await kept();
    for (let n = 0; n < 20; n += 1) {
      const { code } = await ask(`{ broken${n} `, { chunked: n % 2 === 0 });
      expect(code).toBe('GRAPHQL_PARSE_FAILED');
    }
    expect(await kept()).toEqual(before);
  });

  it('are none of those that come with a wrong credential', async () => {
    const before = await kept();
    const headers = { authorization: 'Bearer tm_wrong' };
    for (const query of ['{ rewards { pageInfo { endCursor } } }', '{ nothing }', '{ broken']) {
      const search = new URLSearchParams({ query });
      const byGet: SendOptions = { method: 'GET', path: `/graphql?${search}`, body: undefined };
      for (const options of [{}, { chunked: true }, byGet]) {
        const { status, code } = await ask(query, { ...options, headers });
        expect([status, code]).toEqual([401, 'UNAUTHENTICATED']);
      }
    }
    expect(await kept()).toEqual(before);
  });
});
