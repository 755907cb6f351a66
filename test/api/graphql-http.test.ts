/** The audits of GraphQL over HTTP that its reference implementation comes with: all of them. */
import { type ServerAuditOptions, serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { bePatient } from '../support/patience.ts';

let test: TestApp;
let program: TestProgram;
let server: RunningServer;

beforeAll(async () => {
  bePatient();
  // Some audits ask with introspection, which production answers nobody.
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '1' } });
  program = await createTestProgram(test.app);
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});

/** Audits know no credentials: each request gets one. */
const withKey =
  (key: () => string | undefined): typeof fetch =>
  (url, init) => {
    const headers = new Headers(init?.headers);
    const credential = key();
    if (credential !== undefined) headers.set('authorization', `Bearer ${credential}`);
    return fetch(url, { ...init, headers });
  };
const auditsOf = (fetchFn: ServerAuditOptions['fetchFn']) =>
  serverAudits({ url: () => `${server.url}/graphql`, fetchFn }).map(
    (audit) => [`${audit.id} ${audit.name}`, audit] as const,
  );

describe.each([
  ['a key', (): string | undefined => program.keys.service],
  ['nobody', (): string | undefined => undefined],
] as const)('as %s', (_name, key) => {
  const audits = auditsOf(withKey(key));

  it('there are 61', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits)('%s', async (_audit, audit) => {
    const result = await audit.fn();
    const reason = 'reason' in result ? result.reason : undefined;
    // MUST, SHOULD and MAY alike.
    expect([result.status, reason]).toEqual(['ok', undefined]);
  });
});
