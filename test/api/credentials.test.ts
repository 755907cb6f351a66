/** Every way to be nobody: tokens and keys that are not, or no longer, valid. */
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../src/auth/api-key.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';

let test: TestApp;
let program: TestProgram;
let secret: Uint8Array;

beforeAll(async () => {
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  program = await createTestProgram(test.app);
  const row = await test.app.db.program.findUniqueOrThrow({ where: { id: program.id } });
  secret = row.tokenSecret;
  await test.ask(
    program.keys.operator,
    'mutation { enrolMember(input: {externalId: "ada"}) { __typename } }',
  );
});
afterAll(() => test.close());

describe('nobody', () => {
  const seconds = (n: number) => Math.floor(Date.now() / 1000) + n;
  const token = (claims: object = {}, header: object = {}, key: Uint8Array | CryptoKey = secret) =>
    new SignJWT({ sub: 'ada', iss: 'tallymark', aud: program.key, exp: seconds(60), ...claims })
      .setProtectedHeader({ alg: 'HS256', ...header })
      .sign(key as Uint8Array);
  /** Signed as it should be, whatever the header says. */
  const signed = (header: object) => {
    const claims = { sub: 'ada', iss: 'tallymark', aud: program.key, exp: seconds(60) };
    const text = [header, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const rejected = async (credential: string) => {
    const { status, data, errors } = await test.ask(credential, '{ me { id } program { key } }');
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect([status, data ?? null]).toEqual([401, null]);
  };

  it('is not who has a good token', async () => {
    for (const good of [
      await token(),
      await token({ exp: seconds(-10) }),
      await token({ nbf: seconds(10) }),
    ]) {
      expect((await test.ask(good, '{ me { externalId } }')).data).toEqual({
        me: { externalId: 'ada' },
      });
    }
  });

  it.each([
    [
      'without a signature',
      () =>
        new UnsecuredJWT({ sub: 'ada' })
          .setIssuer('tallymark')
          .setAudience(program.key)
          .setExpirationTime('1h')
          .encode(),
    ],
    [
      'with its signature cut off',
      async () => `${(await token()).split('.').slice(0, 2).join('.')}.`,
    ],
    ['with another secret', () => token({}, {}, new Uint8Array(32))],
    ['with HS512', () => token({}, { alg: 'HS512' }, new Uint8Array([...secret, ...secret]))],
    ['of another issuer', () => token({ iss: 'someone' })],
    ['without an issuer', () => token({ iss: undefined })],
    ['for another program', () => token({ aud: 'elsewhere' })],
    ['for several programs', () => token({ aud: [program.key, 'elsewhere'] })],
    ['for no program', () => token({ aud: undefined })],
    ['for a program with a NUL', () => token({ aud: 'a\u0000b' })],
    ['expired', () => token({ exp: seconds(-60) })],
    ['without an end', () => token({ exp: undefined })],
    ['with an end that is a text', () => token({ exp: 'tomorrow' })],
    ['not valid yet', () => token({ nbf: seconds(90) })],
    ['of no member', () => token({ sub: undefined })],
    ['of a member without a name', () => token({ sub: '' })],
    ['of a member with a NUL', () => token({ sub: 'a\u0000b' })],
    ['of a member with too long a name', () => token({ sub: 'x'.repeat(129) })],
    ['of a member that is a number', () => token({ sub: 1 })],
    [
      'with a critical header that nobody knows',
      () => signed({ alg: 'HS256', crit: ['nope'], nope: 1 }),
    ],
    ['of 8 KB', () => token({ x: 'x'.repeat(8_192) })],
    ['with three dots', async () => `${await token()}.x`],
    ['of nothing', () => '..'],
  ])('has a token %s', async (_name, make) => {
    await rejected(await make());
  });

  it('has a token by a foreign algorithm, or key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = { jku: 'https://evil.example/keys', kid: '../../dev/null' };
    await rejected(await token({}, { ...jwk, alg: 'RS256' }, privateKey as unknown as CryptoKey));
    expect((await test.ask(await token({}, jwk), '{ me { externalId } }')).status).toBe(200);
  });

  it.each([
    ['of nothing', () => 'tm_'],
    ['with a wrong secret', () => program.keys.service.replace(/.{43}$/, 'A'.repeat(43))],
    ['of another id', () => program.keys.service.replace(/_[0-9a-f]{16}_/, `_${'0'.repeat(16)}_`)],
    ['that is cut', () => program.keys.service.slice(0, -1)],
    ['that goes on', () => `${program.keys.service}A`],
    ['in upper case', () => program.keys.service.toUpperCase()],
    ['that injects', () => `tm_service_${"' or '1'='1".padEnd(16)}_${'A'.repeat(43)}`],
  ])('has a key %s', async (_name, make) => {
    await rejected(make());
  });

  it('gains nothing by writing another role into a key', async () => {
    const posing = program.keys.screen.replace('tm_screen_', 'tm_operator_');
    const { errors } = await test.ask(posing, '{ rewards { edges { cursor } } }');
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('has a key that is expired', async () => {
    const key = { programId: program.id, role: 'SERVICE', name: 'old' } as const;
    const { id, text } = await insertApiKey(test.app.db, key, new Date());
    await test.app.db.apiKey.update({
      where: { id },
      data: { expiresAt: new Date(Date.now() - 1) },
    });
    await rejected(text);
  });

  it('has a key that was revoked, within 5 seconds', async () => {
    const key = { programId: program.id, role: 'SERVICE', name: 'lost' } as const;
    const { id, text } = await insertApiKey(test.app.db, key, new Date());
    expect((await test.ask(text, '{ program { key } }')).status).toBe(200);
    await test.app.db.apiKey.update({ where: { id }, data: { revokedAt: new Date() } });
    await expect
      .poll(async () => (await test.ask(text, '{ program { key } }')).status, { timeout: 5_000 })
      .toBe(401);
    await rejected(text);
  });

  it('stores no key that could be used', async () => {
    const { rows } = await test.app.pool.query('select k::text as text from api_key k');
    for (const key of Object.values(program.keys)) {
      expect(JSON.stringify(rows)).not.toContain(key.slice(-43));
    }
  });
});
