/** Codes of coupons: imported with a report, seen masked, taken out again (S57). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toGlobalId } from '../../src/graphql/ids.ts';
import { openShops, type Shop } from './shop.ts';

let shops: Awaited<ReturnType<typeof openShops>>;
let shop: Shop;
let coupon: string;
beforeAll(async () => {
  shops = await openShops();
});
afterAll(() => shops.close());
beforeEach(async () => {
  shop = await shops.open({ withTiers: false });
  coupon = (await shop.add({ kind: 'COUPON' })).id;
});

const numbered = (count: number, prefix = 'CODE') =>
  Array.from({ length: count }, (_, n) => `${prefix}-${String(n).padStart(4, '0')}`);
const put = (codes: readonly string[], more: object = {}) =>
  shop.send('importRewardCodes', { rewardId: coupon, codes, ...more });
const take = (more: object) => shop.send('withdrawRewardCodes', { rewardId: coupon, ...more });
const stock = async () => (await shop.read(coupon, 'stock')).stock;
const stored = async () =>
  (
    await shop.test.app.pool.query<{ code: string; state: string }>(
      'select code, state from reward_code where program_id = $1 order by id',
      [shop.program.id],
    )
  ).rows;

/** As an order of the engine would: gives the oldest available code away. */
const assign = () =>
  shop.test.app.pool.query(
    `with given as (update reward_code set state = 'ASSIGNED', redemption_id = 1 where id = (
       select min(id) from reward_code where program_id = $1 and state = 'AVAILABLE') returning 1)
     update reward set stock = stock - (select count(*) from given) where program_id = $1
       and kind = 'COUPON' and stock > 0`,
    [shop.program.id],
  );
const reserve = () =>
  shop.test.app.pool.query(
    `update reward set stock = stock - 1 where program_id = $1 and kind = 'COUPON'`,
    [shop.program.id],
  );

describe('importRewardCodes', () => {
  it('takes codes in their order, and each is a unit of the stock', async () => {
    expect(await put(numbered(1_000))).toMatchObject({
      ...{ accepted: 1_000, duplicates: 0, known: 0, rejected: 0, rejections: [] },
      reward: { stock: 1_000 },
    });
    expect((await stored()).map(({ code }) => code)).toEqual(numbered(1_000));
    expect(await put(numbered(3, 'MORE'))).toMatchObject({ accepted: 3, reward: { stock: 1_003 } });
  });

  it('says what became of each', async () => {
    const { id: other } = await shop.add({ kind: 'COUPON' });
    await shop.send('importRewardCodes', { rewardId: other, codes: ['THEIRS-1'] });
    await put(['KNOWN-1']);
    const codes = ['NEW-1', 'NEW-1', 'KNOWN-1', 'THEIRS-1', 'abc', ' SPACE-1', 'NUL-\u0000', ''];
    expect(await put([...codes, 'x'.repeat(129), '代码一二'])).toMatchObject({
      ...{ accepted: 2, duplicates: 1, known: 1, rejected: 6 },
      rejections: [
        { line: 4, reason: 'belongs to another reward of the program' },
        { line: 5, reason: 'must have at least 4 characters' },
        { line: 6, reason: 'must not begin or end with white space' },
        { line: 7, reason: 'must not contain control characters' },
        { line: 8, reason: 'must not be empty' },
        { line: 9, reason: 'must have at most 128 characters' },
      ],
    });
    expect(await stock()).toBe(3);
  });

  it('lists 20 of many that are wrong', async () => {
    const answer = await put(Array(500).fill('abc'));
    expect(answer.rejected).toBe(500);
    expect(answer.rejections).toHaveLength(20);
  });

  it('changes nothing when it comes again, also after codes were given away', async () => {
    await put(numbered(5));
    await assign();
    const before = { rows: await stored(), audit: await shop.audit() };
    expect(await put(numbered(5))).toMatchObject({ accepted: 0, known: 5, reward: { stock: 4 } });
    expect({ rows: await stored(), audit: await shop.audit() }).toEqual(before);
  });

  it('says beforehand what it would do', async () => {
    await put(numbered(2));
    const codes = [...numbered(4), 'CODE-0001', 'abc'];
    const dry = await put(codes, { dryRun: true });
    expect(await stored()).toHaveLength(2);
    const real = await put(codes);
    const { reward: _a, ...said } = dry;
    const { reward: _b, ...done } = real;
    expect(said).toEqual(done);
    expect(done).toMatchObject({ accepted: 2, duplicates: 1, known: 2, rejected: 1 });
  });

  it('of ten at once, in two coupons, takes each code once', async () => {
    const { id: other } = await shop.add({ kind: 'COUPON' });
    const codes = numbered(300);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        shop.send('importRewardCodes', {
          rewardId: n % 2 === 0 ? coupon : other,
          codes: n % 3 === 0 ? [...codes].reverse() : codes,
        }),
      ),
    );
    expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(300);
    expect(await stored()).toHaveLength(300);
    expect((await stock()) + (await shop.read(other, 'stock')).stock).toBe(300);
  });

  it('belongs to a program: another may have the same codes', async () => {
    await put(numbered(3));
    const elsewhere = await shops.open({ withTiers: false });
    const { id } = await elsewhere.add({ kind: 'COUPON' });
    const input = { rewardId: id, codes: numbered(3) };
    expect(await elsewhere.send('importRewardCodes', input)).toMatchObject({ accepted: 3 });
    expect((await elsewhere.send('importRewardCodes', { ...input, rewardId: coupon })).code).toBe(
      'REWARD_NOT_FOUND',
    );
  });

  it('refuses what is no coupon, or not there', async () => {
    const { id } = await shop.add();
    const codes = ['abcd'];
    const refusals = await Promise.all(
      [id, toGlobalId('Reward', 999_999)].map((rewardId) =>
        shop.send('importRewardCodes', { rewardId, codes }),
      ),
    );
    expect(refusals.map(({ code }) => code)).toEqual(['REWARD_HAS_NO_CODES', 'REWARD_NOT_FOUND']);
  });
});

describe('withdrawRewardCodes', () => {
  it('takes those named out, but for those that orders have', async () => {
    await put(numbered(5));
    await assign();
    const codes = [...numbered(3), 'CODE-0002', 'OTHER-1', 'x', '\u0000'];
    expect(await take({ codes })).toMatchObject({
      ...{ withdrawn: 2, assigned: 1, unknown: 3 },
      reward: { stock: 2 },
    });
    expect((await stored()).map(({ code }) => code)).toEqual([
      ...['CODE-0000', 'CODE-0003', 'CODE-0004'],
    ]);
    expect(await take({ codes })).toMatchObject({ withdrawn: 0, reward: { stock: 2 } });
  });

  it('leaves as many as reservations need', async () => {
    await put(numbered(5));
    await reserve();
    expect(await take({ codes: numbered(5) })).toMatchObject({ code: 'CODES_RESERVED', stock: 4 });
    expect(await stock()).toBe(4);
    expect(await take({ all: true })).toMatchObject({ withdrawn: 4, reward: { stock: 0 } });
    expect((await stored()).map(({ code }) => code)).toEqual(['CODE-0000']);
  });

  it('refuses what is no coupon, or not there, and wants to be told which', async () => {
    const { id } = await shop.add();
    expect((await shop.send('withdrawRewardCodes', { rewardId: id, all: true })).code).toBe(
      'REWARD_HAS_NO_CODES',
    );
    const rewardId = toGlobalId('Reward', 999_999);
    expect((await shop.send('withdrawRewardCodes', { rewardId, all: true })).code).toBe(
      'REWARD_NOT_FOUND',
    );
    const missing =
      'is missing: give the codes to take out, or `all: true` for all that no order has';
    for (const [which, field, message] of [
      ['', 'codes', missing],
      [', all: false', 'codes', missing],
      [
        ', all: true, codes: ["abcd"]',
        'all',
        'cannot be true where `codes` are given: leave one of them out',
      ],
    ]) {
      const query = `mutation { withdrawRewardCodes(input: {rewardId: "${coupon}"${which}}) {
        __typename } }`;
      const { errors } = await shop.test.ask(shop.program.keys.operator, query);
      expect(errors?.[0]).toMatchObject({
        ...{ extensions: { code: 'BAD_USER_INPUT', field }, message: `${field}: ${message}` },
      });
    }
  });
});

describe('a code', () => {
  const codes =
    'codes(first: 100) { edges { node { masked state usedAt importedAt redemption { id } } } }';
  const masks = (args = '') =>
    shop
      .read(coupon, codes.replace('first: 100', `first: 100${args}`))
      .then((reward) => reward.codes.edges.map(({ node }: { node: object }) => node));

  it('is shown to operators by its end, with its state', async () => {
    await put(['SECRET-AB12', 'SECRET-CD34', 'abcd', '代码一二三四五六七八']);
    await assign();
    expect(await masks()).toMatchObject([
      { masked: '…AB12', state: 'ASSIGNED', usedAt: null },
      { masked: '…CD34', state: 'AVAILABLE', redemption: null },
      { masked: '…cd', state: 'AVAILABLE' },
      { masked: '…五六七八', state: 'AVAILABLE' },
    ]);
    expect(await masks(', state: ASSIGNED')).toHaveLength(1);
    const page =
      'codes(first: 1, after: $after) { edges { node { masked } } pageInfo { endCursor } }';
    const query = `query ($id: ID!, $after: String) { reward(id: $id) { ${page} } }`;
    const seen: string[] = [];
    for (let after: string | null = null; seen.length < 4; ) {
      const { reward } = await shop.ask(shop.program.keys.operator, query, { id: coupon, after });
      seen.push(reward.codes.edges[0].node.masked);
      after = reward.codes.pageInfo.endCursor;
    }
    expect(seen).toEqual(['…AB12', '…CD34', '…cd', '…五六七八']);
  });

  it('is for operators only', async () => {
    const query = `{ reward(id: "${coupon}") { codes { edges { node { masked } } } } }`;
    for (const key of [shop.program.keys.service, await shop.program.token('ada')]) {
      expect(await shop.errorOf(key, query)).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  it('is nowhere in full: not in answers, audit rows, or events', async () => {
    await put(['SECRET-AB12', 'SECRET-AB12', 'SECRET-\u0000']);
    await put(['SECRET-AB12'], { dryRun: true });
    await take({ codes: ['SECRET-AB12'] });
    const said = [await masks(), await shop.audit(), await put(['SECRET-AB12', 'SECRET'])];
    const { rows } = await shop.test.app.pool.query(
      `select (select json_agg(e) from event e) as events, (select json_agg(a) from audit_entry a)
         as audit, (select json_agg(r) from receipt r) as receipts`,
    );
    expect(JSON.stringify([said, rows])).not.toContain('SECRET');
  });

  it('is of one reward of its program, says the database', async () => {
    await put(['SAME-1']);
    const { id } = await shop.add({ kind: 'COUPON' });
    const row = Number(Buffer.from(id, 'base64').toString().split(':')[1]);
    await expect(
      shop.test.app.pool.query(
        `insert into reward_code (program_id, reward_id, code, imported_at)
         values ($1, $2, 'SAME-1', now())`,
        [shop.program.id, row],
      ),
    ).rejects.toThrow(/reward_code_program_id_code_key/);
    await expect(
      shop.test.app.pool.query('update reward set stock = null where id = $1', [row]),
    ).rejects.toThrow(/reward_coupon_stock/);
  });
});
