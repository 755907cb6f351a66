/**
 * What ends a credential ends it on every node within five seconds: requests, sockets and event
 * streams (S97, RELIABILITY.md 6.15, 6.22). It is done on one node and looked at on another.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../src/auth/api-key.ts';
import {
  refreshIdentityProvider,
  removeIdentityProvider,
} from '../../src/auth/identity-provider.ts';
import { newTokenSecret, signMemberToken } from '../../src/auth/member-token.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { limits } from '../../src/limits.ts';
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
import { boardQuery, type Follower, overSse, overWebSocket } from '../support/live.ts';
import { openSecondApp } from '../support/second-app.ts';

const WITHIN_MS = 5_000;

let near: TestApp;
let far: TestApp;
let server: RunningServer;
let program: TestProgram;
let provider: TestProvider;
let key: SigningKey;
let following: Follower[] = [];

beforeAll(async () => {
  near = await createTestApp();
  far = await openSecondApp(near);
  server = await startServer(far.app);
  key = await signingKey('first');
  provider = await startProvider([key]);
});
afterAll(async () => {
  await server.close();
  await far.close();
  await near.close();
  await provider.close();
});
beforeEach(async () => {
  provider.keys = [key.jwk];
  program = await createTestProgram(near.app);
  await trust(near, program, provider, { audience: program.key });
  await run('mutation { enrolMember(input: {externalId: "ada"}) { __typename } }');
});
afterEach(() => {
  for (const follower of following.splice(0)) follower.stop();
  following = [];
});

/** On the node where it is not looked at. */
const run = async (document: string) => {
  const { data, errors } = await near.ask(program.keys.operator, document);
  expect(errors).toBeUndefined();
  return data;
};
const statusOf = async (credential: string) =>
  (await far.ask(credential, '{ program { key } }')).status;
const soon = (ms: number) => new Date(Date.now() + ms);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const made = (role: 'SERVICE' | 'SCREEN' | 'OPERATOR', expiresAt?: Date) =>
  insertApiKey(near.app.db, { programId: program.id, role, name: 'x', expiresAt }, new Date());
const ownToken = async (ms: number) => {
  const { tokenSecret } = await near.app.db.program.findUniqueOrThrow({
    where: { id: program.id },
  });
  const times = { issuedAt: new Date(), expiresAt: soon(ms) };
  return signMemberToken({ programKey: program.key, externalId: 'ada', ...times }, tokenSecret);
};
const theirToken = (ms = 600_000) =>
  sign(key, { aud: program.key, exp: Math.floor((Date.now() + ms) / 1000) });
const system = () => ({ kind: 'system', programId: program.id, name: 'test' }) as const;

/** A credential that works, and what ends it; `afterMs`: so much later than it was done. */
type Case = {
  readonly credential: string;
  readonly end: () => Promise<unknown>;
  readonly afterMs?: number;
};

const cases: Readonly<Record<string, () => Promise<Case>>> = {
  'a revoked SERVICE key': async () => {
    const { id, text } = await made('SERVICE');
    const revoke = `mutation { revokeApiKey(input: {keyId: "${id}"}) { __typename } }`;
    return { credential: text, end: () => run(revoke) };
  },
  'a revoked SCREEN key': async () => {
    const { id, text } = await made('SCREEN');
    const revoke = `mutation { revokeApiKey(input: {keyId: "${id}"}) { __typename } }`;
    return { credential: text, end: () => run(revoke) };
  },
  'a key that is over': async () => {
    const { text } = await made('SERVICE', soon(3_000));
    return { credential: text, end: () => sleep(0), afterMs: 3_000 };
  },
  'a key that was rotated, at the end of the overlap': async () => {
    const { id, text } = await made('SCREEN');
    const rotate = `mutation { rotateApiKey(input: {keyId: "${id}",
      endsAt: "${soon(6_000).toISOString()}"}) { __typename ... on RotateApiKeyPayload { secretKey } } }`;
    const end = async () => {
      const { rotateApiKey } = await run(rotate);
      expect(await statusOf(rotateApiKey.secretKey)).toBe(200);
    };
    return { credential: text, end, afterMs: 6_000 };
  },
  'a token that is over': async () => ({
    credential: await ownToken(3_000),
    end: () => sleep(0),
    // Requests are given the skew of clocks besides.
    afterMs: 3_000,
  }),
  'a token of a provider that is over': async () => ({
    credential: await theirToken(3_000),
    end: () => sleep(0),
    afterMs: 3_000,
  }),
  'a token whose secret was replaced': async () => ({
    credential: await ownToken(600_000),
    end: () =>
      near.app.db.program.update({
        where: { id: program.id },
        data: { tokenSecret: newTokenSecret() },
      }),
  }),
  'a token whose key the provider has removed, as an operator says': async () => ({
    credential: await theirToken(),
    end: async () => {
      provider.keys = [];
      await refreshIdentityProvider(near.app, system());
    },
  }),
  'a token of a provider that is trusted no more': async () => ({
    credential: await theirToken(),
    end: () => removeIdentityProvider(near.app, system()),
  }),
  'a token of a provider whose algorithm is taken no more': async () => ({
    credential: await theirToken(),
    end: () => trust(near, program, provider, { audience: program.key, algorithms: ['RS256'] }),
  }),
};

describe.each(Object.entries(cases))('%s', (name, make) => {
  it('is good for nothing within five seconds', async () => {
    const { credential, end, afterMs = 0 } = await make();
    const over = await Promise.all(
      [overWebSocket, overSse].map((follow) => follow(server.url, credential, boardQuery())),
    );
    following.push(...over);
    expect(await statusOf(credential)).toBe(200);
    await sleep(limits.rightsCheckMs + 200); // Let it be found valid before.
    const left = Math.max(0, afterMs - limits.rightsCheckMs - 800);
    const begun = performance.now();
    await end();
    if (left > 0) {
      await sleep(left);
      expect(over.map((follower) => follower.end)).toEqual([undefined, undefined]);
    }
    const timeout = Math.max(0, afterMs - (performance.now() - begun)) + WITHIN_MS;
    const ended = Promise.all(
      over.map((follower) => expect.poll(() => follower.end, { timeout }).toBeDefined()),
    );
    const isGiven = name.startsWith('a token') && name.endsWith('is over');
    if (!isGiven) {
      await expect.poll(() => statusOf(credential), { timeout, interval: 100 }).toBe(401);
    }
    await ended;
    expect(over.map((follower) => follower.end)).toEqual([
      { code: 4403, completed: false },
      { completed: false },
    ]);
  }, 30_000);
});

describe('two hundred keys that are revoked at once', () => {
  it('have no socket left within five seconds', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 200; n += 1) {
      const { id, text } = await made('SCREEN');
      ids.push(id);
      following.push(await overWebSocket(server.url, text, boardQuery()));
    }
    await sleep(limits.rightsCheckMs + 200);
    expect(following.filter(({ end }) => end !== undefined)).toEqual([]);
    const data = { revokedAt: new Date() };
    await near.app.db.apiKey.updateMany({ where: { id: { in: ids } }, data });
    await expect
      .poll(() => following.filter(({ end }) => end?.code !== 4403).length, { timeout: WITHIN_MS })
      .toBe(0);
  }, 60_000);
});

describe('others', () => {
  it('go on: keys and tokens that were not meant', async () => {
    const [kept, revoked] = [await made('SCREEN'), await made('SCREEN')];
    const credentials = [kept.text, await ownToken(600_000), await theirToken()];
    const over = await Promise.all(
      credentials.map((credential) => overWebSocket(server.url, credential, boardQuery())),
    );
    following.push(...over);
    await run(`mutation { revokeApiKey(input: {keyId: "${revoked.id}"}) { __typename } }`);
    // Newer keys of the provider, the old one among them: nobody has to connect anew.
    provider.keys = [key.jwk, (await signingKey('second')).jwk];
    await refreshIdentityProvider(near.app, system());
    await sleep(WITHIN_MS);
    expect(over.map((follower) => follower.end)).toEqual([undefined, undefined, undefined]);
    for (const credential of credentials) expect(await statusOf(credential)).toBe(200);
  }, 30_000);

  it('go on while the provider does not answer', async () => {
    const credential = await theirToken();
    const follower = await overWebSocket(server.url, credential, boardQuery());
    following.push(follower);
    provider.answer = (response) => response.destroy();
    try {
      await refreshIdentityProvider(near.app, system());
      await sleep(WITHIN_MS);
      expect(follower.end).toBeUndefined();
      expect(await statusOf(credential)).toBe(200);
    } finally {
      provider.answer = undefined;
    }
  }, 30_000);
});
