/** An identity provider on this machine: it publishes public keys, and signs with the others. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { setIdentityProvider } from '../../src/auth/identity-provider.ts';
import type { TestApp, TestProgram } from './app.ts';

export const ISSUER = 'https://id.example/';
export const AUDIENCE = 'https://api.example';

export type SigningKey = {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
};

export async function signingKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Signs as the provider does, or as somebody who would like to be it. */
export function sign(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
  now: number = Date.now(),
): Promise<string> {
  const exp = Math.floor(now / 1000) + 600;
  const { kid, alg, privateKey } = key;
  return new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'ada', exp, ...claims })
    .setProtectedHeader({ alg, kid, ...header })
    .sign(privateKey);
}

export type TestProvider = {
  readonly url: string;
  /** What it publishes; other than an array: the whole body. */
  keys: readonly JWK[] | string;
  /** How often it was asked. */
  fetches: number;
  /** Says how a request is answered otherwise; undefined: with the keys. */
  answer: ((response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
};

export async function startProvider(keys: readonly SigningKey[]): Promise<TestProvider> {
  const server = createServer((_request, response) => {
    provider.fetches += 1;
    if (provider.answer !== undefined) provider.answer(response);
    else {
      const { keys: shown } = provider;
      response.setHeader('content-type', 'application/json');
      response.end(typeof shown === 'string' ? shown : JSON.stringify({ keys: shown }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const provider: TestProvider = {
    url: `http://127.0.0.1:${port}/keys`,
    keys: keys.map(({ jwk }) => jwk),
    fetches: 0,
    answer: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return provider;
}

/** Has a program trust it; `ada` is a member. */
export const trust = (
  { app }: TestApp,
  { id: programId }: TestProgram,
  provider: TestProvider,
  settings: Partial<Parameters<typeof setIdentityProvider>[2]> = {},
) =>
  setIdentityProvider(
    app,
    { kind: 'system', programId, name: 'test' },
    {
      ...{ issuer: ISSUER, audience: AUDIENCE, jwksUrl: provider.url, algorithms: ['ES256'] },
      ...{ memberClaim: 'sub', clientClaim: null },
      ...settings,
    },
  );
