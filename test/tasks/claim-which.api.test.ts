/** Which period a claim that names none is for, and what waits for room in the balance. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, type Economy, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { paidBy, settled, task } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.enrol('ada');
});

const one = (more: object = {}) => task({ target: { count: 1 }, ...more });
const record = (reference: string, more: object = {}) =>
  eco.done('recordActivity', 'ada', { type: 'share', reference, ...more });
const claim = (more: object = {}) =>
  eco.send('claimTask', { member: { externalId: 'ada' }, key: 'hand', ...more });

describe('a claim that names no period', () => {
  it('pays as many periods as are left to many who name none', async () => {
    await eco.task('hand', one({ claim: 'BY_HAND', period: { every: 'DAILY' } }));
    for (const _ of [1, 2, 3]) {
      await eco.act('ada', 'share');
      eco.clock.advance(DAY);
    }
    await settled(eco.test.app);
    // Their member is held meanwhile, so that most of them come in one batch.
    const client = await eco.test.app.pool.connect();
    await client.query('begin');
    await client.query('select from account where program_id = $1 for update', [eco.program.id]);
    const sent = Array.from({ length: 8 }, () => claim());
    await new Promise((resolve) => setTimeout(resolve, 300));
    await client.query('commit');
    client.release();
    const codes = (await Promise.all(sent)).map(({ code }): string => code ?? 'paid').sort();
    const refused = Array.from({ length: 5 }, () => 'TASK_ALREADY_CLAIMED');
    expect(codes).toEqual([...refused, 'paid', 'paid', 'paid']);
    expect(await paidBy(eco, 'ada')).toEqual([10, 10, 10]);
  });

  it('takes an older period where the time to claim the newest is over', async () => {
    await eco.task('hand', one({ claim: 'BY_HAND', period: { every: 'DAILY' } }));
    await eco.act('ada', 'share');
    eco.clock.advance(DAY);
    await eco.task(
      'hand',
      one({ claim: 'BY_HAND', claimDays: 1, period: { every: 'DAILY' }, points: 7 }),
      '2026-03-11T00:00:00Z',
    );
    await eco.act('ada', 'share');
    eco.clock.advance(3 * DAY);
    await settled(eco.test.app);
    expect((await claim()).awards).toMatchObject([{ points: 10 }]);
    expect(await claim()).toMatchObject({ code: 'TASK_CLAIM_CLOSED' });
  });
});

it('ends when it is shown to, also where the program has moved to another zone', async () => {
  await eco.task('hand', one({ claim: 'BY_HAND', claimDays: 0 }));
  await eco.act('ada', 'share');
  await settled(eco.test.app);
  // There the completion is on the day after; its own date stays.
  await eco.test.app.pool.query(
    `update program set zone = 'Pacific/Kiritimati', config_version = config_version + 1 where id = $1`,
    [eco.program.id],
  );
  eco.clock.advance(2_000);
  const { tasks } = await eco.read('ada', 'tasks { state claimableUntil }');
  expect(tasks).toEqual([{ state: 'MISSED', claimableUntil: '2026-03-10T10:00:00.000Z' }]);
  expect(await claim()).toMatchObject({
    ...{ code: 'TASK_CLAIM_CLOSED', closedAt: '2026-03-10T10:00:00.000Z' },
  });
});

describe('a payment', () => {
  it('waits where the balance has no room, claimed or not, and loses nothing', async () => {
    await eco.task('hand', one({ claim: 'BY_HAND' }));
    await eco.task('alone', one());
    const adjust = (amount: number) => eco.done('adjustPoints', 'ada', { amount, reason: 'test' });
    await adjust(Number.MAX_SAFE_INTEGER - 5);
    const { position } = await record('r1');
    await eco.read('ada', `tasks(after: ${position}) { key }`);
    expect(await claim({ idempotencyKey: 'k' })).toMatchObject({ code: 'BALANCE_OUT_OF_RANGE' });
    await eco.job('settleTasks');
    const tasks = async () => (await eco.read('ada', 'tasks { key state }')).tasks;
    expect(await tasks()).toEqual([
      ...[
        { key: 'hand', state: 'COMPLETED' },
        { key: 'alone', state: 'COMPLETED' },
      ],
    ]);
    await adjust(-15);
    expect((await claim({ idempotencyKey: 'k' })).awards).toMatchObject([{ points: 10 }]);
    expect(await paidBy(eco, 'ada')).toEqual([10, 10]);
    expect(await tasks()).toEqual([
      ...[
        { key: 'hand', state: 'PAID' },
        { key: 'alone', state: 'PAID' },
      ],
    ]);
  });
});
