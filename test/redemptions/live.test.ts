/** What a member sees of their orders while fulfilment works (S94, S95). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { followers } from '../support/live.ts';
import { bePatient } from '../support/patience.ts';
import { makeReward } from './support.ts';

let test: TestApp;
let server: RunningServer;
let program: TestProgram;
beforeAll(async () => {
  bePatient();
  test = await createTestApp();
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});

async function ask(query: string) {
  const { data, errors } = await test.ask(program.keys.operator, query);
  expect(errors).toBeUndefined();
  return data;
}

describe.each(followers)('over %s', (_name, follow) => {
  it('a member sees at once where an order stands', async () => {
    program = await createTestProgram(test.app);
    const ada = 'member: {externalId: "ada"}';
    await ask('mutation { enrolMember(input: {externalId: "ada"}) { __typename } }');
    await ask(`mutation { adjustPoints(input: {${ada}, amount: 10, reason: "x"}) { __typename } }`);
    const { id } = await makeReward(test, program, { kind: 'GOODS' });
    const query = `subscription { memberChanged { version member {
      points { available } redemptions(first: 1) { edges { node { state refunded } } } } } }`;
    const follower = await follow(server.url, await program.token('ada'), query);
    const seen = () => {
      const { points, redemptions } = follower.events.at(-1).memberChanged.member;
      return [redemptions.edges[0]?.node.state, points.available];
    };
    const soon = { timeout: 10_000, interval: 20 };
    const { redeemReward } = await ask(`mutation { redeemReward(input: {
      ${ada}, rewardId: "${id}"}) { ... on RedeemRewardPayload { redemption { id } } } }`);
    await expect.poll(seen, soon).toEqual(['CONFIRMED', 0]);
    for (const [state, available] of [
      ['PREPARING', 0],
      ['SHIPPED', 0],
      ['FAILED', 10],
    ]) {
      await ask(`mutation { fulfilRedemption(input: {
        redemptionId: "${redeemReward.redemption.id}", state: ${state}}) { __typename } }`);
      await expect.poll(seen, soon).toEqual([state, available]);
    }
    const versions = follower.events.map(({ memberChanged }) => memberChanged.version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    follower.stop();
  });
});
