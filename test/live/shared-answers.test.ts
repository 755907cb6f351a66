import { parse } from 'graphql';
import { afterAll, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { SharedAnswers } from '../../src/http/shared-answers.ts';
import { limits } from '../../src/limits.ts';

const usual = { ...limits };
afterAll(() => {
  Object.assign(limits, usual);
});

const open = () => {
  const programs = new Map<string, number>();
  const app = {
    authenticator: {
      authenticate: async (text: string) => ({
        kind: 'key',
        role: 'SCREEN',
        keyId: 'k',
        programId: programs.get(text) ?? Number(text),
      }),
    },
    rateLimits: { take: () => undefined },
  };
  return new SharedAnswers(app as never);
};
let rows = 1;
const document = parse('{ leaderboards { key } }');
const operation = (programId: number, query: string) => ({
  ...{ type: 'query', query, name: undefined, cost: { objects: 1, units: 1 } },
  args: {
    schema,
    document,
    operationName: null,
    contextValue: { viewer: { kind: 'key', role: 'SCREEN', programId } },
  },
  execute: async () => ({ data: { text: 'x'.repeat(rows) } }),
});
const make = (answers: SharedAnswers, text: string, programId: number) =>
  answers.make({ type: 'application/json', text }, operation(programId, text) as never, {
    paid: 0,
  });
const heldBytes = async (answers: SharedAnswers, texts: string[], programs: number) => {
  let sum = 0;
  for (const text of texts)
    for (let id = 1; id <= programs; id += 1)
      sum += (await answers.find(text, String(id), { paid: 0 }))?.bytes.length ?? 0;
  return sum;
};

it('keeps no more bytes than it may when answers grow', async () => {
  Object.assign(limits, { sharedAnswersBytesMax: 20_000, boardThrottleMs: 0 });
  const answers = open();
  const texts = Array.from({ length: 100 }, (_, n) => `{ leaderboards { key } } #${n}`);
  rows = 1; // a season that has just begun
  for (const text of texts) await make(answers, text, 1);
  rows = 1_000; // ... and an hour later
  await heldBytes(answers, texts, 1); // All are asked for, and made, again.
  Object.assign(limits, { boardThrottleMs: 60_000 });
  const held = await heldBytes(answers, texts, 1);
  expect(held).toBeGreaterThan(0);
  expect(held).toBeLessThanOrEqual(20_000);
});

it('keeps no more bytes than it may for many programs', async () => {
  Object.assign(limits, { sharedAnswersBytesMax: 20_000, boardThrottleMs: 60_000 });
  const answers = open();
  rows = 1_000;
  for (let id = 1; id <= 100; id += 1) await make(answers, 'text', id);
  expect(await heldBytes(answers, ['text'], 100)).toBeLessThanOrEqual(20_000);
});
