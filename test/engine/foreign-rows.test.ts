/** Rows of another program: never locked, and never waited for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { codeOf, enrol, run, send } from '../support/commands.ts';
import { bePatient } from '../support/patience.ts';

let test: TestApp;
let own: TestProgram;
let other: TestProgram;
let otherMember: string;
let otherReward: string;

beforeAll(async () => {
  bePatient();
  test = await createTestApp();
  own = await createTestProgram(test.app);
  other = await createTestProgram(test.app);
  await enrol(test, own.keys.service, 'ada');
  otherMember = await enrol(test, other.keys.service, 'ada');
  const price = { title: 'Mug', price: 5, stock: 3 };
  const { reward } = await run(test, other.keys.operator, 'createReward', price);
  otherReward = reward.id;
});
afterAll(() => test.close());

/** Does `work` while another transaction holds every row of the other program. */
async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
  const client = await test.app.pool.connect();
  try {
    await client.query('begin');
    await client.query('select from account where program_id = $1 for update', [other.id]);
    await client.query('select from reward where program_id = $1 for update', [other.id]);
    return await work();
  } finally {
    await client.query('rollback');
    client.release();
  }
}

describe('what another program has locked', () => {
  it('a command on its member’s id answers MEMBER_NOT_FOUND meanwhile', async () => {
    const input = { member: { id: otherMember } };
    const answer = await whileLocked(() => send(test, own.keys.service, 'checkIn', input));
    expect(codeOf(answer, 'checkIn')).toBe('MEMBER_NOT_FOUND');
  });

  it('nor does it hold up the commands of the same batch', async () => {
    const whom = [{ id: otherMember }, { externalId: 'ada' }, { id: otherMember }];
    const answers = await whileLocked(() =>
      Promise.all(whom.map((member) => send(test, own.keys.service, 'checkIn', { member }))),
    );
    const codes = answers.map((answer) => codeOf(answer, 'checkIn'));
    expect(codes).toEqual(['MEMBER_NOT_FOUND', undefined, 'MEMBER_NOT_FOUND']);
  });

  it('an order of its reward answers REWARD_NOT_FOUND meanwhile', async () => {
    const input = { member: { externalId: 'ada' }, rewardId: otherReward };
    const answer = await whileLocked(() => send(test, own.keys.service, 'redeemReward', input));
    expect(codeOf(answer, 'redeemReward')).toBe('REWARD_NOT_FOUND');
  });
});
