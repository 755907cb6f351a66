/** Introspection where it is on (development): whole for tools, bounded for everybody else. */
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';

let test: TestApp;

beforeAll(async () => {
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '1' } });
});
afterAll(() => test.close());

it('answers the query that tools send, without a credential', async () => {
  const { data, errors } = await test.ask(undefined, getIntrospectionQuery());
  expect(errors).toBeUndefined();
  expect(data.__schema.types.length).toBeGreaterThan(50);
});

it('does not follow types in circles: each level would multiply the answer', async () => {
  const circle = `{ __schema { types { ${'fields { type { '.repeat(8)} name ${'} }'.repeat(8)} } } }`;
  const { data, errors } = await test.ask(undefined, circle);
  expect(data ?? null).toBeNull();
  expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
});
