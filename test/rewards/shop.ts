/** A program with tiers, members and a catalogue, and what tests of rewards ask of it. */
import { expect } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { type CommandName, run } from '../support/commands.ts';
import { bePatient } from '../support/patience.ts';
import { setRule } from '../support/rules.ts';

export const START = '2026-03-10T12:00:00Z';
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const tiers = {
  basis: 'LIFETIME',
  levels: [
    { key: 'bronze', name: 'Bronze', threshold: 0 },
    { key: 'silver', name: 'Silver', threshold: 100 },
    { key: 'gold', name: 'Gold', threshold: 1_000 },
  ],
};

export class Shop {
  readonly test: TestApp;
  readonly clock: FakeClock;
  readonly program: TestProgram;

  constructor(test: TestApp, clock: FakeClock, program: TestProgram) {
    this.test = test;
    this.clock = clock;
    this.program = program;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
  send = (name: CommandName, input: object, key = this.program.keys.operator): Promise<any> =>
    run(this.test, key, name, input);

  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
  async ask(credential: string, query: string, variables: object = {}): Promise<any> {
    const { data, errors } = await this.test.ask(credential, query, variables);
    expect(errors).toBeUndefined();
    return data;
  }

  /** The code of the error that a question meets. */
  async errorOf(credential: string, query: string, variables: object = {}) {
    const { errors } = await this.test.ask(credential, query, variables);
    return errors?.[0]?.extensions;
  }

  /** Adds a reward; returns it. */
  async add(more: object = {}) {
    const { reward, problems } = await this.send('createReward', {
      title: 'Thing',
      price: 10,
      ...more,
    });
    expect(problems).toBeUndefined();
    return reward;
  }

  /** What is found wrong: 'field: message' each. */
  async problems(name: 'createReward' | 'updateReward', input: object): Promise<string[]> {
    const answer = await this.send(name, input);
    expect(answer.code).toBe('REWARD_NOT_VALID');
    return answer.problems.map(
      ({ field, message }: Record<string, string>) => `${field}: ${message}`,
    );
  }

  change = (rewardId: string, patch: object, more: object = {}) =>
    this.send('updateReward', { rewardId, patch, ...more });

  async read(rewardId: string, fields = 'title stock', key = this.program.keys.operator) {
    return (
      await this.ask(key, `query ($id: ID!) { reward(id: $id) { ${fields} } }`, {
        id: rewardId,
      })
    ).reward;
  }

  /** Titles of a catalogue, page by page. */
  async titles(credential: string, args = '', pageSize = 100): Promise<string[]> {
    const found: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page: { edges: { node: { title: string } }[]; pageInfo: Page } = (
        await this.ask(
          credential,
          `query ($after: String) { rewards(first: ${pageSize}, after: $after${args && `, ${args}`}) {
             edges { node { title } } pageInfo { hasNextPage endCursor } } }`,
          { after },
        )
      ).rewards;
      found.push(...page.edges.map(({ node }) => node.title));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    return found;
  }

  async enrol(externalId: string, points = 0, more: object = {}): Promise<void> {
    await this.send('enrolMember', { externalId, ...more });
    const amount = { member: { externalId }, amount: points, reason: 'test' };
    if (points > 0) await this.send('adjustPoints', amount);
  }

  redeem = (externalId: string, rewardId: string, more: object = {}) =>
    this.send('redeemReward', { member: { externalId }, rewardId, ...more });

  async audit() {
    const query =
      '{ audit(first: 100) { edges { node { actor { name kind } action target before after } } } }';
    const { audit } = await this.ask(this.program.keys.operator, query);
    return audit.edges.map(({ node }: { node: object }) => node).reverse();
  }
}

type Page = { hasNextPage: boolean; endCursor: string | null };

export async function openShops() {
  bePatient();
  const clock = new FakeClock(START);
  const test = await createTestApp({ clock });
  return {
    test,
    close: () => test.close(),
    async open(options: { zone?: string; withTiers?: boolean } = {}): Promise<Shop> {
      const { withTiers = true, zone = 'Europe/Rome' } = options;
      clock.set(START);
      const program = await createTestProgram(test.app, { zone });
      if (withTiers) await setRule({ app: test.app }, program, 'default', tiers, { kind: 'TIERS' });
      return new Shop(test, clock, program);
    },
  };
}
