/** The documents of docs/frontend.md, as a member's own token runs them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { isShareable } from '../../src/graphql/shareable.ts';
import { type Economy, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';

const text = readFileSync(path.join(import.meta.dirname, '../../docs/frontend.md'), 'utf8');
const documents = [...text.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, found = '']) => found);
const isLive = (document: string) => document.startsWith('subscription');

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2027-06-01T12:00:00Z');
  eco = await economies.open();
  await eco.enrol('ada');
  await eco.done('adjustPoints', 'ada', { amount: 100, reason: 'start' });
});
afterAll(() => economies.close());

it('runs with a member token', async () => {
  const token = await eco.program.token('ada');
  const variables = { rewardId: await eco.reward(10), price: 10, key: 'press-1' };
  const once = documents.filter((document) => !isLive(document));
  expect(once).toHaveLength(4);
  const { position } = await eco.done('recordActivity', 'ada', { type: 'share', reference: 'r' });
  const answers = [];
  for (const document of once) {
    answers.push(await eco.test.ask(token, document, { ...variables, position }));
  }
  expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
  const [page, checkedIn, bought] = answers.map(({ data }) => data);
  expect(page.rewards.edges).toHaveLength(1);
  expect(checkedIn.checkIn.member.points.available).toBe(110);
  expect(bought.redeemReward.member.points.available).toBe(100);
});

it('follows a board with everybody else', () => {
  const [document = ''] = documents.filter(isLive);
  expect(validate(schema, parse(document))).toEqual([]);
  expect(isShareable(schema, parse(document), null)).toBe(true);
});

it('subscribes to what there is', () => {
  const [, query = ''] = /"query":"([^"]+)"/.exec(text) ?? [];
  expect(validate(schema, parse(query))).toEqual([]);
});
