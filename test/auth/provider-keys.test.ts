/** Keys of identity providers: cached, bounded, shared, and good through an outage (6.21). */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refreshIdentityProvider } from '../../src/auth/identity-provider.ts';
import { limits } from '../../src/limits.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import {
  type SigningKey,
  sign,
  signingKey,
  startProvider,
  type TestProvider,
  trust,
} from '../support/identity-provider.ts';

const clock = new FakeClock('2026-05-01T12:00:00Z');
let test: TestApp;
let program: TestProgram;
let provider: TestProvider;
let first: SigningKey;
let second: SigningKey;

beforeAll(async () => {
  test = await createTestApp({ clock });
  [first, second] = await Promise.all([signingKey('first'), signingKey('second')]);
});
afterAll(() => test.close());
beforeEach(async () => {
  provider = await startProvider([first]);
  program = await createTestProgram(test.app);
  await trust(test, program, provider, { audience: program.key });
});
afterEach(() => provider.close());

type Claims = Readonly<Record<string, unknown>>;
const token = (key: SigningKey, claims: Claims = {}, header: Claims = {}) =>
  sign(key, { aud: program.key, ...claims }, header, clock.now().getTime());
const statusOf = async (credential: string) =>
  (await test.ask(credential, '{ program { key } }')).status;
const status = async (key: SigningKey, header: Claims = {}) =>
  statusOf(await token(key, { jti: `${Math.random()}` }, header));

describe('the keys of a provider', () => {
  it('are fetched once for all who wait', async () => {
    const all = Array.from({ length: 50 }, () => status(first));
    expect(new Set(await Promise.all(all))).toEqual(new Set([200]));
    expect(provider.fetches).toBe(1);
    clock.advance(limits.jwksRefreshMs - 1);
    expect(await status(first)).toBe(200);
    expect(provider.fetches).toBe(1);
  });

  it('are asked for at most once in 30 s, whatever callers send', async () => {
    expect(await status(first)).toBe(200);
    for (let round = 1; round <= 3; round += 1) {
      clock.advance(limits.jwksRetryMs);
      for (let from = 0; from < 1_000; from += 100) {
        const kids = Array.from({ length: 100 }, (_, n) => `x${from + n}`);
        const unknown = kids.map((kid) => status(second, { kid }));
        expect(new Set(await Promise.all(unknown))).toEqual(new Set([401]));
      }
      expect(provider.fetches).toBe(1 + round);
    }
  }, 60_000);

  it('that are new are found at the first token that needs them', async () => {
    expect(await status(first)).toBe(200);
    provider.keys = [first.jwk, second.jwk];
    clock.advance(limits.jwksRetryMs - 1);
    expect(await status(second)).toBe(401);
    clock.advance(1);
    expect(await status(second)).toBe(200);
    expect(provider.fetches).toBe(2);
  });

  it('that were removed are not taken after five minutes', async () => {
    const old = await token(first, { exp: clock.now().getTime() / 1000 + 3_600 });
    expect(await statusOf(old)).toBe(200);
    provider.keys = [second.jwk];
    clock.advance(limits.jwksOldMs);
    expect(await statusOf(old)).toBe(401);
    expect(await status(second)).toBe(200);
    expect(provider.fetches).toBe(2);
  });

  it('that were removed are not taken any more once an operator says so', async () => {
    const old = await token(first);
    expect(await statusOf(old)).toBe(200);
    provider.keys = [];
    const viewer = { kind: 'system', programId: program.id, name: 'test' } as const;
    await refreshIdentityProvider(test.app, viewer);
    clock.advance(limits.authCacheMs);
    expect(await statusOf(old)).toBe(401);
  });

  it('are taken through an outage of an hour, and for no more than four', async () => {
    expect(await status(first)).toBe(200);
    provider.answer = (response) => response.destroy();
    for (let minute = 0; minute < 60; minute += 5) {
      clock.advance(5 * 60_000);
      expect(await status(first)).toBe(200);
      expect(await status(second)).toBe(401);
    }
    expect(provider.fetches).toBeLessThanOrEqual(1 + 12);
    clock.advance(limits.jwksKeptMs - 3_600_000);
    expect(await status(first)).toBe(503);
    provider.answer = undefined;
    clock.advance(limits.jwksRetryMs);
    expect(await status(first)).toBe(200);
  });

  it('that never came make nobody unknown: it is asked to try again', async () => {
    provider.answer = (response) => response.destroy();
    const { status: answered, errors } = await test.ask(await token(first), '{ program { key } }');
    expect([answered, errors?.[0]?.extensions.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(await test.ask(await program.token('ada'), '{ program { key } }')).toMatchObject({
      status: 200,
    });
  });
});

describe('what a provider answers', () => {
  it.each([
    ['an error', (r) => r.writeHead(500).end()],
    ['a page', (r) => r.end('<!doctype html>')],
    ['an object', (r) => r.end('{}')],
    ['keys that are none', (r) => r.end('{"keys":["a"]}')],
    ['too many keys', (r) => r.end(JSON.stringify({ keys: Array(101).fill({ kty: 'RSA' }) }))],
    ['too much', (r) => r.end(JSON.stringify({ keys: [], more: 'x'.repeat(100_001) }))],
    [
      'a redirect',
      (r) => r.writeHead(302, { location: provider.url.replace('/keys', '/x') }).end(),
    ],
    ['nothing in time', () => {}],
    ['a body without an end', (r) => r.write('{"keys":[')],
  ] as [string, NonNullable<TestProvider['answer']>][])(
    'is not taken when it is %s',
    async (_what, answer) => {
      expect(await status(first)).toBe(200);
      provider.answer = (response) => answer(response);
      clock.advance(limits.jwksOldMs);
      const begun = performance.now();
      expect(await status(first)).toBe(200); // By the keys that are known.
      expect(performance.now() - begun).toBeLessThan(limits.jwksFetchMs + 2_000);
      expect(provider.fetches).toBe(2); // No redirect is followed.
    },
    20_000,
  );

  it('may have keys that are not for us: they are passed over', async () => {
    const { privateKey } = first;
    const secret = Buffer.from('a secret that everybody knows…').toString('base64url');
    provider.keys = [
      { kty: 'oct', k: secret, kid: 'oct', alg: 'HS256', use: 'sig' },
      { ...first.jwk, kid: 'enc', use: 'enc' },
      { ...first.jwk, kid: 'private', d: 'AAAA' },
      { kty: 'XYZ', kid: 'odd' },
      first.jwk,
    ];
    expect(await status(first)).toBe(200);
    for (const kid of ['oct', 'enc', 'private', 'odd']) {
      expect(await status({ ...first, privateKey, kid })).toBe(401);
    }
  });

  it.each([
    ['no point of its curve', { x: 'AAAA', y: 'AAAA' }],
    ['half of one', { y: undefined }],
    ['a number for a text', { x: 5 }],
    ['of no curve', { crv: undefined, alg: undefined }],
  ])('may be broken keys, whose tokens are nobody’s: %s', async (_what, broken) => {
    const { jwk } = second;
    provider.keys = [first.jwk, { ...jwk, ...broken } as typeof jwk];
    expect(await status(second)).toBe(401);
    expect(await status(first)).toBe(200);
  });

  it('may be no key at all: then nobody is known', async () => {
    provider.keys = [];
    expect(await status(first)).toBe(401);
  });
});
