/** The screen's documents are ones that the server executes once for all screens, whatever they saw. */
import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { isShareable } from '../../src/graphql/shareable.ts';
import { resumeOf } from '../../src/http/resume.ts';
import { loadSubscription } from './page-modules.ts';

const { payloadOf } = await loadSubscription();

it.each([
  ['board', 'key', 7],
  // Has but one season, which its resumption need not say.
  ['challenge', 'id', undefined],
] as const)('of a %s: is shared, and its place is told apart', (kind, name, seasonId) => {
  const topic = { kind, key: 'weekly' };
  const fresh = payloadOf({ topic, first: 10, place: undefined });
  const place = { version: 41, seasonId: btoa('Season:7') };
  const again = payloadOf({ topic, first: 10, place });
  expect(again.query).toBe(fresh.query);
  const document = parse(fresh.query);
  expect(validate(schema, document)).toEqual([]);
  expect(isShareable(schema, document, fresh.operationName)).toBe(true);
  const shared = { [name]: 'weekly', first: 10 };
  expect(resumeOf(document, fresh.variables)).toEqual({ place: undefined, variables: shared });
  expect(resumeOf(document, again.variables)).toEqual({
    place: { version: 41, seasonId },
    variables: shared,
  });
});
