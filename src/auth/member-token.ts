import { randomBytes } from 'node:crypto';
import {
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type JWTVerifyResult,
  jwtVerify,
  SignJWT,
} from 'jose';
import { externalId, keyText, shortText } from '../engine/inputs.ts';
import { limits } from '../limits.ts';
import type { Provider } from './providers.sql.ts';

export const ALGORITHM = 'HS256';
export const ISSUER = 'tallymark';

/** The last second that a Date can hold. */
const SECONDS_MAX = 8.64e12;

/** A new secret for a program's member tokens. */
export const newTokenSecret = (): Uint8Array<ArrayBuffer> => new Uint8Array(randomBytes(32));

/** Signs a token that speaks for one member of one program. */
export function signMemberToken(
  claims: {
    programKey: string;
    externalId: string;
    expiresAt: Date;
    issuedAt: Date;
    /** Name of the client that it is given to. */
    client?: string | undefined;
  },
  secret: Uint8Array,
): Promise<string> {
  const { client } = claims;
  return new SignJWT(client === undefined ? {} : { client })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setIssuer(ISSUER)
    .setAudience(claims.programKey)
    .setSubject(claims.externalId)
    .setIssuedAt(claims.issuedAt)
    .setExpirationTime(claims.expiresAt)
    .sign(secret);
}

/** Who is said to have signed a token, and for whom; nothing is proven by it. */
export type Origin = { readonly issuer: string; readonly audiences: readonly string[] };

/** Says by whom a token is to be judged. Undefined when nobody could be meant. */
export function originOf(token: string): Origin | undefined {
  try {
    const { iss, aud } = decodeJwt(token);
    const audiences = Array.isArray(aud) ? aud : [aud];
    const isText = (text: unknown) => shortText.safeParse(text).success;
    const isBounded = audiences.length > 0 && audiences.length <= limits.tokenAudiencesMax;
    if (!isText(iss) || !isBounded || !audiences.every(isText)) return undefined;
    return { issuer: iss as string, audiences: audiences as string[] };
  } catch {
    return undefined;
  }
}

/** The program that a token of our own issuer is for: one, by its key. */
export function programKeyOf({ audiences }: Origin): string | undefined {
  const [key, ...others] = audiences;
  return others.length === 0 && keyText.safeParse(key).success ? key : undefined;
}

/** What a valid token says. */
export type Claims = {
  readonly externalId: string;
  readonly expiresAt: Date;
  readonly client: string | undefined;
};

type Expected = Pick<JWTVerifyOptions, 'algorithms' | 'issuer' | 'audience'>;
type ClaimNames = Pick<Provider, 'memberClaim' | 'clientClaim'>;

const ownClaims: ClaimNames = { memberClaim: 'sub', clientClaim: 'client' };

/** Checks signature, algorithm, issuer, audience and times. Undefined when anything is wrong. */
export async function verifyMemberToken(
  token: string,
  programKey: string,
  secret: Uint8Array,
  now: Date,
): Promise<Claims | undefined> {
  const expected = { algorithms: [ALGORITHM], issuer: ISSUER, audience: programKey };
  // A function, as for keys that have to be looked for; there is one for any header.
  const verified = await verify(token, () => secret, expected, now);
  return verified instanceof Error ? undefined : claimsOf(verified, ownClaims);
}

/** The same for a token of an identity provider, whose key may be one that we do not know yet. */
export async function verifyProviderToken(
  token: string,
  provider: Provider,
  find: JWTVerifyGetKey,
  now: Date,
): Promise<Claims | 'KEY_UNKNOWN' | undefined> {
  const { issuer, audience, algorithms } = provider;
  const expected = { algorithms: [...algorithms], issuer, audience };
  const verified = await verify(token, find, expected, now);
  if (verified instanceof errors.JWKSNoMatchingKey) return 'KEY_UNKNOWN';
  return verified instanceof Error ? undefined : claimsOf(verified, provider);
}

/**
 * What jose, or node:crypto of a published key, finds wrong is returned; what neither can be blamed
 * for is thrown.
 */
async function verify(
  token: string,
  find: JWTVerifyGetKey,
  expected: Expected,
  now: Date,
): Promise<JWTVerifyResult | Error> {
  try {
    return await jwtVerify(token, find, {
      ...expected,
      clockTolerance: limits.tokenSkewSeconds,
      currentDate: now,
      requiredClaims: ['exp'],
    });
  } catch (error) {
    if (isFound(error)) return error;
    throw error;
  }
}

/** A key that is no point of its curve, say, is a DOMException. */
const isFound = (error: unknown): error is Error =>
  error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException;

/** Tokens that are meant for something else, such as logging out, say so in their type. */
const TYPE = /^(?:application\/)?(?:at\+)?jwt$/i;

function claimsOf(
  { payload, protectedHeader }: JWTVerifyResult,
  { memberClaim, clientClaim }: ClaimNames,
): Claims | undefined {
  const { typ } = protectedHeader;
  const { exp } = payload;
  const member = externalId.safeParse(claim(payload, memberClaim));
  if (!member.success || exp === undefined || !Number.isFinite(exp)) return undefined;
  if (typ !== undefined && !TYPE.test(typ)) return undefined;
  return {
    externalId: member.data,
    expiresAt: new Date(Math.min(exp, SECONDS_MAX) * 1000),
    // What cannot be the name of a client is none, as one that does not exist.
    client: clientClaim === null ? undefined : keyText.safeParse(claim(payload, clientClaim)).data,
  };
}

const claim = (payload: JWTPayload, name: string): unknown =>
  Object.hasOwn(payload, name) ? payload[name] : undefined;
