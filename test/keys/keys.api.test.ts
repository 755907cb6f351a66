/** Keys: shown once, narrowed, bounded, revoked and listed (6.22). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { manifestOf, push } from '../operations/support.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { audits, listed, run, statusOf } from './support.ts';

const clock = new FakeClock('2026-05-01T12:00:00Z');
let test: TestApp;
let program: TestProgram;
let operator: string;

beforeAll(async () => {
  test = await createTestApp({ clock });
});
afterAll(() => test.close());
beforeEach(async () => {
  program = await createTestProgram(test.app);
  operator = program.keys.operator;
});

const HOUR = 3_600_000;
const inMs = (ms: number) => new Date(clock.now().getTime() + ms).toISOString();
describe('createApiKey', () => {
  it('answers a key that works, and keeps no copy of it', async () => {
    const { secretKey, apiKey } = await run(test, operator, 'createApiKey', {
      ...{ role: 'SERVICE', name: 'till 3', scopes: ['READ', 'RECORD'], expiresAt: inMs(HOUR) },
    });
    expect(secretKey).toMatch(new RegExp(`^tm_service_${apiKey.id}_[\\w-]{43}$`));
    expect(apiKey).toEqual({
      ...{ id: apiKey.id, role: 'SERVICE', name: 'till 3', scopes: ['READ', 'RECORD'] },
      ...{ createdAt: inMs(0), expiresAt: inMs(HOUR), revokedAt: null, lastUsedAt: null },
      ...{ replaces: null, client: null },
    });
    expect(await statusOf(test, secretKey)).toBe(200);
    const secret = secretKey.slice(-43);
    const { rows } = await test.app.pool.query(`select json_agg(k) as keys from api_key k
      union all select json_agg(a) from audit_entry a`);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect((await audits(test, operator))[0]).toEqual({
      ...{ action: 'createApiKey', target: apiKey.id, before: null },
      actor: { name: 'first operator' },
      after: {
        ...{ role: 'SERVICE', name: 'till 3', scopes: ['READ', 'RECORD'] },
        expiresAt: inMs(HOUR),
      },
    });
    clock.advance(HOUR - 1);
    expect(await statusOf(test, secretKey)).toBe(200);
    clock.advance(1);
    expect(await statusOf(test, secretKey)).toBe(401);
  });

  it('makes keys of a client, which there must be', async () => {
    const input = { role: 'PARTNER', name: 'till', client: 'shop' };
    const none = await run(test, operator, 'createApiKey', input);
    expect(none.code).toBe('CLIENT_NOT_FOUND');
    await push(test, program, 'shop', manifestOf('{ program { key } }'));
    const { apiKey } = await run(test, operator, 'createApiKey', input);
    expect(apiKey).toMatchObject({
      client: { name: 'shop' },
      scopes: ['READ', 'RECORD', 'REDEEM'],
    });
  });

  it('gives nobody more than they have', async () => {
    const scopes = ['READ', 'KEYS'];
    const deputy = await run(test, operator, 'createApiKey', {
      ...{ role: 'OPERATOR', name: 'deputy', scopes },
    });
    const asDeputy = (input: object) =>
      run(test, deputy.secretKey, 'createApiKey', { name: 'x', ...input });
    expect(await asDeputy({ role: 'OPERATOR' })).toMatchObject({
      code: 'API_KEY_SCOPES_EXCEEDED',
      missing: ['RECORD', 'REDEEM', 'MANAGE'],
    });
    expect(await asDeputy({ role: 'SERVICE' })).toMatchObject({ missing: ['RECORD', 'REDEEM'] });
    expect(await asDeputy({ role: 'OPERATOR', scopes: ['MANAGE'] })).toMatchObject({
      missing: ['MANAGE'],
    });
    for (const given of [{ role: 'SCREEN' }, { role: 'OPERATOR', scopes }]) {
      expect((await asDeputy(given)).__typename).toBe('CreateApiKeyPayload');
    }
    const { id } = await test.app.db.apiKey.findFirstOrThrow({
      where: { programId: program.id, role: 'SERVICE' },
    });
    const rotated = await run(test, deputy.secretKey, 'rotateApiKey', { keyId: id });
    expect(rotated.code).toBe('API_KEY_SCOPES_EXCEEDED');
  });

  it('has a bound for keys that work', async () => {
    const now = clock.now();
    const make = (name: string, count: number, expiresAt: Date | null) =>
      test.app.pool.query(
        `insert into api_key (id, program_id, role, name, secret_hash, created_at, expires_at)
         select lpad(to_hex($1::int * 100000 + n), 16, '0'), $1, 'SCREEN', $2, sha256('x'), $3, $4
         from generate_series(1 + $5, $5 + $6::int) n`,
        [program.id, name, now, expiresAt, name === 'old' ? 10_000 : 0, count],
      );
    const { programApiKeysMax: limit } = limits;
    await make('old', 50, now); // Over: they do not count.
    await make('hall', limit - 4 - 1, null); // Four there were.
    const input = { role: 'SCREEN', name: 'x' };
    const last = await run(test, operator, 'createApiKey', input);
    expect(last.__typename).toBe('CreateApiKeyPayload');
    const { id } = last.apiKey;
    const full = { code: 'API_KEY_LIMIT_REACHED', limit };
    expect(await run(test, operator, 'createApiKey', input)).toMatchObject(full);
    expect(await run(test, operator, 'rotateApiKey', { keyId: id })).toMatchObject(full);
    await run(test, operator, 'revokeApiKey', { keyId: id });
    const again = await run(test, operator, 'createApiKey', input);
    expect(again.__typename).toBe('CreateApiKeyPayload');
  });

  it('keeps to the bound, however many ask at once', async () => {
    const before = limits.programApiKeysMax;
    Object.assign(limits, { programApiKeysMax: 7 });
    try {
      const asked = Array.from({ length: 8 }, (_, n) =>
        run(test, operator, 'createApiKey', { role: 'SCREEN', name: `s${n}` }),
      );
      const kinds = (await Promise.all(asked)).map(({ __typename }) => __typename);
      expect(kinds.filter((kind) => kind === 'CreateApiKeyPayload')).toHaveLength(3);
    } finally {
      Object.assign(limits, { programApiKeysMax: before });
    }
  });
});

describe('revokeApiKey', () => {
  it('ends a key for good, once', async () => {
    const { apiKey, secretKey } = await run(test, operator, 'createApiKey', {
      ...{ role: 'SCREEN', name: 'hall' },
    });
    const revoked = await run(test, operator, 'revokeApiKey', { keyId: apiKey.id });
    expect(revoked).toMatchObject({ alreadyRevoked: false, apiKey: { revokedAt: inMs(0) } });
    const at = inMs(0);
    clock.advance(HOUR);
    expect(await run(test, operator, 'revokeApiKey', { keyId: apiKey.id })).toMatchObject({
      ...{ alreadyRevoked: true, apiKey: { revokedAt: at } },
    });
    expect(await statusOf(test, secretKey)).toBe(401);
    const none = await run(test, operator, 'revokeApiKey', { keyId: 'f'.repeat(16) });
    expect(none.code).toBe('API_KEY_NOT_FOUND');
    const actions = (await audits(test, operator)).map(({ action }: { action: string }) => action);
    expect(actions).toEqual(['revokeApiKey', 'createApiKey']);
  });
});

describe('apiKeys', () => {
  it('lists them in pages, oldest first, without their secrets', async () => {
    clock.advance(1_000);
    const ended = await run(test, operator, 'createApiKey', { role: 'SCREEN', name: 'ended' });
    await run(test, operator, 'revokeApiKey', { keyId: ended.apiKey.id });
    const all = await listed(test, operator);
    const names = (page: typeof all) =>
      page.edges.map(({ node }: { node: { name: string } }) => node.name);
    expect(names(all)).toHaveLength(5);
    expect(names(all).at(-1)).toBe('ended');
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const page: typeof all = await listed(
        test,
        operator,
        `(first: 2, after: ${JSON.stringify(after)})`,
      );
      seen.push(...names(page));
      after = page.edges.at(-1)?.cursor ?? null;
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(names(all));
    expect(names(await listed(test, operator, '(inUse: false)'))).toEqual(['ended']);
    expect(names(await listed(test, operator, '(inUse: true)'))).toEqual(seen.slice(0, -1));
    for (const key of Object.values(program.keys)) {
      expect(JSON.stringify(all)).not.toContain(key.slice(-43));
    }
  });

  it('say when they were last used, by one write an hour', async () => {
    const { service } = program.keys;
    const usedAt = async () => {
      const { edges } = await listed(test, operator);
      return edges.find(({ node }: { node: { role: string } }) => node.role === 'SERVICE').node
        .lastUsedAt;
    };
    const first = inMs(0);
    await statusOf(test, service);
    await expect.poll(usedAt).toBe(first);
    clock.advance(HOUR - 1);
    await statusOf(test, service);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await usedAt()).toBe(first);
    clock.advance(limits.authCacheMs); // Until then nobody looks.
    await Promise.all(Array.from({ length: 20 }, () => statusOf(test, service)));
    await expect.poll(usedAt).toBe(inMs(0));
  });
});

describe('the database', () => {
  it.each([
    ['another role', `role = 'OPERATOR'`],
    ['another program', 'program_id = program_id + 1'],
    ['more scopes', `scopes = '{}'`],
    ['another secret', `secret_hash = sha256('x')`],
    ['a later end', `expires_at = expires_at + interval '1 s'`],
    ['no end', 'expires_at = null'],
    ['life after its revocation', 'revoked_at = null'],
  ])('lets nobody give a key %s', async (_what, change) => {
    const { apiKey } = await run(test, operator, 'createApiKey', {
      ...{ role: 'SERVICE', name: 'x', scopes: ['READ'], expiresAt: inMs(HOUR) },
    });
    await run(test, operator, 'revokeApiKey', { keyId: apiKey.id });
    const update = test.app.pool.query(`update api_key set ${change} where id = '${apiKey.id}'`);
    await expect(update).rejects.toThrow('an API key stays as it was made');
  });

  it('lets nobody remove one, or make one that is wider than its role', async () => {
    const remove = test.app.pool.query('delete from api_key where program_id = $1', [program.id]);
    await expect(remove).rejects.toThrow('an API key stays');
    for (const [role, scopes] of [
      ['SERVICE', '{MANAGE}'],
      ['PARTNER', '{READ,KEYS}'],
      ['SCREEN', '{REDEEM}'],
    ]) {
      const insert = test.app.pool.query(
        `insert into api_key (id, program_id, role, name, secret_hash, created_at, scopes)
         values ('x', $1, $2, 'x', sha256('x'), now(), $3)`,
        [program.id, role, scopes],
      );
      await expect(insert).rejects.toThrow('api_key_scopes');
    }
  });
});
