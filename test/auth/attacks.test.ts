/** Credentials that are none, over every door: 401 or 4403, nothing echoed, nothing more said. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../src/auth/api-key.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { type Door, doors, knock } from '../support/doors.ts';
import {
  AUDIENCE,
  sign,
  signingKey,
  startProvider,
  type TestProvider,
  trust,
} from '../support/identity-provider.ts';
import { forgedKeys, forgedTokens, seconds, signed, type World } from './forged.ts';

let test: TestApp;
let server: RunningServer;
let program: TestProgram;
let provider: TestProvider;
let stranger: TestProvider;
let world: World;

beforeAll(async () => {
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  program = await createTestProgram(test.app);
  const other = await createTestProgram(test.app);
  server = await startServer(test.app);
  const [known, foreign] = await Promise.all([signingKey('known'), signingKey('foreign')]);
  [provider, stranger] = await Promise.all([startProvider([known]), startProvider([foreign])]);
  const otherAudience = 'https://other.example';
  await trust(test, program, provider);
  await trust(test, other, provider, { audience: otherAudience });
  const { tokenSecret } = await test.app.db.program.findUniqueOrThrow({
    where: { id: program.id },
  });
  world = {
    ...{ known, foreign, foreignUrl: stranger.url, otherAudience },
    ...{ secret: tokenSecret, program: program.key, other: other.key },
  };
  for (const { keys } of [program, other]) {
    await test.ask(
      keys.operator,
      'mutation { enrolMember(input: {externalId: "ada"}) { __typename } }',
    );
  }
});
afterAll(async () => {
  await server.close();
  await Promise.all([provider.close(), stranger.close()]);
  await test.close();
});

const QUERY = '{ me { externalId } program { key } }';

async function expectNobody(door: Door, credential: string): Promise<void> {
  const reply = await knock(door, server.url, credential, { query: QUERY });
  expect(reply.data ?? null).toBeNull();
  if (door === 'WS') {
    expect(reply).toMatchObject({ status: 4403, text: '' });
    return;
  }
  expect(reply.status).toBe(401);
  expect(reply.errors).toEqual([
    {
      message: expect.stringMatching(
        /^(the credential is not valid|expected "Bearer <credential>")$/,
      ),
      extensions: { code: 'UNAUTHENTICATED' },
    },
  ]);
  expect(reply.text.length).toBeLessThan(200);
}

describe.each(doors)('%s', (door) => {
  it.each(Object.keys(forgedTokens))('takes no token with %s', async (name) => {
    await expectNobody(door, (await forgedTokens[name]?.(world)) ?? '');
  });

  it('takes no key that is none', async () => {
    for (const credential of Object.values(forgedKeys(program.keys.service))) {
      await expectNobody(door, credential);
    }
  });

  it('takes no key that is over or revoked', async () => {
    const now = new Date();
    const key = { programId: program.id, role: 'SERVICE', name: 'old' } as const;
    const past = new Date(now.getTime() - 1);
    const over = await insertApiKey(test.app.db, { ...key, expiresAt: past }, now);
    await expectNobody(door, over.text);
    const revoked = await insertApiKey(test.app.db, key, now);
    await test.app.db.apiKey.update({ where: { id: revoked.id }, data: { revokedAt: now } });
    await expectNobody(door, revoked.text);
  });

  it('takes what is right', async () => {
    const { known } = world;
    for (const good of [
      await sign(known),
      await sign(known, {}, { typ: 'at+jwt' }),
      await sign(known, { aud: [AUDIENCE, 'https://id.example/userinfo'] }),
      await sign(known, { nbf: seconds(20), exp: seconds(1e9) }),
      await sign(known, { exp: 1e300 }),
      await sign(known, { x: 'x'.repeat(5_500) }), // Just below 8 KB.
      await program.token('ada'),
      // Of a name that comes twice the last one counts, here as everywhere (RFC 7519, 4).
      signed(
        known,
        { alg: 'ES256', kid: 'known' },
        `{"sub":"bob","iss":"https://id.example/","aud":"${AUDIENCE}","exp":${seconds(60)},"sub":"ada"}`,
      ),
    ]) {
      const { status, data, errors } = await knock(door, server.url, good, { query: QUERY });
      expect({ status, errors }).toEqual({ status: door === 'WS' ? 101 : 200, errors: undefined });
      expect(data).toEqual({ me: { externalId: 'ada' }, program: { key: program.key } });
    }
  });
});

describe('what was tried', () => {
  it('never made us ask a stranger, and the provider but once or twice', () => {
    expect(stranger.fetches).toBe(0);
    expect(provider.fetches).toBeLessThanOrEqual(4); // Two programs, and a kid that is not known.
  });

  it('found no secret in the tables', async () => {
    const { rows } = await test.app.pool.query(
      `select k::text as text from api_key k
       union all select a::text from audit_entry a union all select p::text from identity_provider p`,
    );
    const dump = JSON.stringify(rows);
    for (const key of Object.values(program.keys)) {
      const secret = key.slice(-43);
      expect(dump).not.toContain(secret);
      expect(dump).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
    }
  });
});
