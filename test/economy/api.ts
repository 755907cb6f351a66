/** The economy over GraphQL, as its tests use it. */
import { expect } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  runJob,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { findBreaches } from '../support/invariants.ts';
import { setPlan, setRule } from '../support/rules.ts';
import { verified } from './support.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const award = `points debtRepaid activatesAt expiresAt wanted reason ruleVersion explanation zh: explanation(locale: ZH_CN)
  multipliers { kind key percent } limits { limit kind rule period room }`;
const member = `member { externalId
  points { available pending held debt lifetimeEarned expiring { at points } }
  tier { key } tierProgress { basis pointsToNext pointsToStay evaluatesAt projectedTier { key }
    nextTier { key } } }`;
const hold = 'hold { id points captured state expiresAt }';
const redemption = `redemption { id kind state quantity cancelledUnits unitPrice points refunded
  cash { unit total refunded currency } reservedUntil codes { code state usedAt }
  changes { from to units note cause actor { kind name } } }`;
const ofReversal = `reversed debt unrecovered ${member}`;

/** The fields of a payload, by command. */
const payloads = {
  enrolMember: `awards { ${award} } ${member}`,
  updateMember: member,
  updateProfile: member,
  eraseMember: member,
  checkIn: `alreadyCheckedIn awards { ${award} } ${member}`,
  recordActivity: `position alreadyRecorded awards { ${award} } ${member}`,
  adjustPoints: `applied adjustmentId ${member}`,
  decideAdjustment: `applied adjustmentId ${member}`,
  redeemReward: `${redemption} ${member}`,
  confirmRedemption: `${redemption} ${member}`,
  cancelRedemption: `${redemption} ${member}`,
  fulfilRedemption: `${redemption} ${member}`,
  useRewardCode: `${redemption} ${member}`,
  holdPoints: `${hold} ${member}`,
  captureHold: `${hold} ${member}`,
  releaseHold: `${hold} ${member}`,
  reverseActivity: ofReversal,
  reverseEntry: ofReversal,
  confirmPoints: `points debtRepaid ${member}`,
  claimTask: `position awards { ${award} } ${member}`,
} as const;
const moveRefused = '... on RedemptionMoveRefused { from to allowed }';
const numbers: Readonly<Record<string, string>> = {
  redeemReward: `... on OutOfStock { stock } ... on NotEligible { tiers } ... on PriceChanged { price }
    ... on RedemptionLimitReached { limit period left }`,
  confirmRedemption: moveRefused,
  cancelRedemption: `${moveRefused} ... on TooManyUnits { left required }`,
  fulfilRedemption: moveRefused,
  useRewardCode: '... on CodeNotUsable { state }',
  captureHold: '... on HoldNotOpen { state } ... on HoldTooSmall { held required }',
  releaseHold: '... on HoldNotOpen { state }',
  reverseActivity: '... on TooManyUnits { left required }',
  decideAdjustment: '... on AdjustmentDecided { state }',
  claimTask: `... on TaskNotCompleted { progress target missingTasks } ... on TaskAlreadyClaimed { claimedAt }
    ... on TaskClaimClosed { closedAt }`,
};
export type Command = keyof typeof payloads;

const documentOf = (name: Command) => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  return `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename
    ... on ${type}Payload { replayed ${payloads[name]} } ... on Refusal { code message } ${numbers[name] ?? ''} } }`;
};

const quoteDocument = `query ($input: QuoteInput!) { quote(input: $input) {
  points repeated awards { ${award} } refusal { code message } } }`;

/** One program of an app with a clock of its own, and what tests ask of it. */
export class Economy {
  readonly test: TestApp;
  readonly clock: FakeClock;
  readonly program: TestProgram;
  #references = 0;

  constructor(test: TestApp, clock: FakeClock, program: TestProgram) {
    this.test = test;
    this.clock = clock;
    this.program = program;
  }

  /** Sends a command by a key of the program; answers the payload or the refusal. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
  async send(name: Command, input: object, key = this.program.keys.operator): Promise<any> {
    const answer = await this.test.ask(key, documentOf(name), { input });
    expect(answer.errors).toBeUndefined();
    return answer.data[name];
  }

  /** Sends a command that must be done, about a member. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
  async done(name: Command, externalId: string, more: object = {}): Promise<any> {
    const payload = await this.send(name, { member: { externalId }, ...more });
    expect(payload.code).toBeUndefined();
    return payload;
  }

  /** The code of the refusal of a command that must be refused. */
  async refused(name: Command, externalId: string, more: object = {}): Promise<string> {
    return (await this.send(name, { member: { externalId }, ...more })).code;
  }

  enrol = (externalId: string, more: object = {}) =>
    this.send('enrolMember', { externalId, ...more });

  /** Records an activity under a reference of its own; answers what it paid. */
  async act(externalId: string, type: string, more: object = {}): Promise<number[]> {
    this.#references += 1;
    const reference = `r${this.#references}`;
    const { awards } = await this.done('recordActivity', externalId, { type, reference, ...more });
    return awards.map(({ points }: { points: number }) => points);
  }

  /** What a command would pay. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
  async quote(input: object): Promise<any> {
    const { data, errors } = await this.test.ask(this.program.keys.service, quoteDocument, {
      input,
    });
    expect(errors).toBeUndefined();
    return data.quote;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
  async read(externalId: string, fields: string = member.slice(9, -1)): Promise<any> {
    const query = `query ($by: MemberBy!) { member(by: $by) { ${fields} } }`;
    const { data, errors } = await this.test.ask(this.program.keys.service, query, {
      by: { externalId },
    });
    expect(errors).toBeUndefined();
    return data.member;
  }

  points = async (externalId: string) => (await this.read(externalId)).points;
  tier = async (externalId: string) => (await this.read(externalId)).tier?.key;

  /** A member's ledger, oldest line first. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
  async ledger(externalId: string): Promise<any[]> {
    const fields = `ledger(first: 100) { edges { node { seq kind amount debtRepaid activatesAt expiresAt wanted reason localDate
      ruleVersion explanation zh: explanation(locale: ZH_CN) } } }`;
    const { ledger } = await this.read(externalId, fields);
    return ledger.edges.map(({ node }: { node: object }) => node).reverse();
  }

  earning = (key: string, definition: object) => setRule(this.test, this.program, key, definition);
  campaign = (key: string, definition: object) =>
    setRule(this.test, this.program, key, definition, { kind: 'CAMPAIGN' });
  plan = (definition: object) => setPlan(this.test, this.program, definition);
  async tiers(definition: object): Promise<void> {
    await setRule(this.test, this.program, 'default', definition, { kind: 'TIERS' });
    this.clock.advance(2_000); // Reads may know the rules of a second ago.
  }
  async task(key: string, definition: object, since?: string): Promise<void> {
    const kind = 'TASK' as const;
    const setting = since === undefined ? { kind } : { kind, since };
    await setRule(this.test, this.program, key, definition, setting);
    this.clock.advance(2_000); // As of tiers.
  }
  policy = (definition: object) =>
    setRule(this.test, this.program, 'default', definition, { kind: 'POINTS_POLICY' });
  job = (name: string) => runJob(this.test.app, name);

  async reward(price: number): Promise<string> {
    const { data } = await this.test.ask(
      this.program.keys.operator,
      'mutation ($input: CreateRewardInput!) { createReward(input: $input) { ... on CreateRewardPayload { reward { id } } } }',
      { input: { title: 'Thing', price } },
    );
    return data.createReward.reward.id;
  }
}

/** An app with a clock, and programs for tests to set up; ended only when all of it adds up. */
export async function openEconomies(start: string) {
  const clock = new FakeClock(start);
  const test = await createTestApp({ clock });
  return {
    test,
    clock,
    /** A new program, at the start of time. */
    async open(zone = 'Europe/Rome'): Promise<Economy> {
      clock.set(start);
      return new Economy(test, clock, await createTestProgram(test.app, { zone }));
    },
    async close(): Promise<void> {
      try {
        expect(await findBreaches(test.app.pool)).toEqual([]);
        expect(await verified(test)).toEqual([]);
      } finally {
        await test.close();
      }
    },
  };
}

/** What a rule pays for an activity, plainly. */
export const fixed = (type: string, points: number, more: object = {}) => ({
  trigger: { on: 'ACTIVITY', type },
  points: { fixed: points },
  ...more,
});
