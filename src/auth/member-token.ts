import { randomBytes } from 'node:crypto';
import { decodeJwt, errors, jwtVerify, SignJWT } from 'jose';
import { externalId, keyText } from '../engine/inputs.ts';
import { limits } from '../limits.ts';

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

/** The program key a token claims to be for; nothing is proven by it. */
export function claimedProgram(token: string): string | undefined {
  try {
    const { aud } = decodeJwt(token);
    return typeof aud === 'string' && keyText.safeParse(aud).success ? aud : undefined;
  } catch {
    return undefined;
  }
}

/** What a valid token says. */
export type Claims = {
  readonly externalId: string;
  readonly expiresAt: Date;
  readonly client: string | undefined;
};

/** Checks signature, algorithm, issuer, audience and times. Undefined when anything is wrong. */
export async function verifyMemberToken(
  token: string,
  programKey: string,
  secret: Uint8Array,
  now: Date,
): Promise<Claims | undefined> {
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: programKey,
      clockTolerance: limits.tokenSkewSeconds,
      currentDate: now,
      requiredClaims: ['sub', 'exp'],
    });
    const { sub, exp, client } = payload;
    const member = externalId.safeParse(sub);
    if (!member.success || exp === undefined) return undefined;
    return {
      externalId: member.data,
      expiresAt: new Date(Math.min(exp, SECONDS_MAX) * 1000),
      // What cannot be the name of a client is none, as one that does not exist.
      client: keyText.safeParse(client).data,
    };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}
