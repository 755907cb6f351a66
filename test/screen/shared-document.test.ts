/** The screen's document is one that the server executes once for all screens, whatever they saw. */
import { parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { isShareable } from '../../src/graphql/shareable.ts';
import { resumeOf } from '../../src/http/resume.ts';
import { loadSubscription } from './page-modules.ts';

const { payloadOf } = await loadSubscription();

it('is shared, and its place is told apart', () => {
  const seasonId = btoa('Season:7');
  const fresh = payloadOf({ board: 'weekly', first: 10, place: undefined });
  const again = payloadOf({ board: 'weekly', first: 10, place: { version: 41, seasonId } });
  expect(again.query).toBe(fresh.query);
  const document = parse(fresh.query);
  expect(validate(schema, document)).toEqual([]);
  expect(isShareable(schema, document, fresh.operationName)).toBe(true);
  const shared = { key: 'weekly', first: 10 };
  expect(resumeOf(document, fresh.variables)).toEqual({ place: undefined, variables: shared });
  expect(resumeOf(document, again.variables)).toEqual({
    place: { version: 41, seasonId: 7 },
    variables: shared,
  });
});
