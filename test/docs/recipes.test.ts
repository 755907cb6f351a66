/** The documents of docs/recipes.md, run one after the other as an operator would. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../src/auth/api-key.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { verified } from '../economy/support.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';

const file = path.join(import.meta.dirname, '../../docs/recipes.md');

type Recipe = {
  readonly title: string;
  readonly document: string;
  /** Whose key it takes; an operator's unless it says so. */
  readonly key: string;
  /** What its answer must hold. */
  readonly expected: string | undefined;
};

const recipes: Recipe[] = readFileSync(file, 'utf8')
  .split(/^## /m)
  .slice(1)
  .flatMap((section) => {
    const [title = ''] = section.split('\n');
    return [...section.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, document = '']) => {
      const [first = ''] = document.split('\n');
      const key = /^# key: ([\w ]+?)(?: →|$)/.exec(first)?.[1] ?? 'OPERATOR';
      return { title, document, key, expected: /→ (.+)$/.exec(first)?.[1] };
    });
  });

let test: TestApp;
let program: TestProgram;
let another: string;
/** Ids that earlier answers gave. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  bePatient();
  const clock = new FakeClock('2027-06-01T08:00:00Z');
  test = await createTestApp({ clock });
  program = await createTestProgram(test.app, { zone: 'Europe/Rome' });
  const key = { programId: program.id, role: 'OPERATOR', name: 'second' } as const;
  another = (await insertApiKey(test.app.db, key, clock.now())).text;
});
afterAll(async () => {
  expect(await findBreaches(test.app.pool)).toEqual([]);
  expect(await verified(test)).toEqual([]);
  await test.close();
});

describe('docs/recipes.md', () => {
  it('has recipes', () => {
    expect(recipes.length).toBeGreaterThan(20);
  });

  it.each(recipes.map((recipe, index) => [`${index + 1}. ${recipe.title}`, recipe] as const))(
    '%s',
    async (_title, { document, key, expected }) => {
      const { operator, service } = program.keys;
      const credential = { OPERATOR: operator, SERVICE: service, 'another OPERATOR': another }[key];
      const { data, errors } = await test.ask(credential, document, ids);
      expect(errors).toBeUndefined();
      const text = JSON.stringify(data);
      // A payload is empty, or has what was asked for; a refusal has a message alone.
      expect(Object.values(data).map((answer) => Object.keys(answer as object))).not.toContainEqual(
        expect.arrayContaining(['message']),
      );
      if (expected !== undefined) expect(text).toContain(expected);
      const { holdPoints, adjustPoints, mug, voucher, redeemReward, backfillTask } = data;
      const { backfillLeaderboard, createChallenge } = data;
      if (holdPoints) ids.holdId = holdPoints.hold.id;
      if (adjustPoints) ids.adjustmentId = adjustPoints.adjustmentId;
      if (mug) Object.assign(ids, { mugId: mug.reward.id, voucherId: voucher.reward.id });
      if (redeemReward) ids.orderId = redeemReward.redemption.id;
      if (backfillLeaderboard) ids.boardRunId = backfillLeaderboard.run.id;
      if (createChallenge) ids.challengeId = createChallenge.challenge.id;
      if (backfillTask) ids.runId = backfillTask.run.id;
    },
  );
});
