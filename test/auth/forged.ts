/** Tokens as somebody would make them who has no right to (RELIABILITY.md §5, RFC 8725). */
import { createHmac, createPublicKey, KeyObject, sign as signBytes } from 'node:crypto';
import { AUDIENCE, ISSUER, type SigningKey, sign } from '../support/identity-provider.ts';

export type World = {
  /** Whose public key the provider publishes: ES256. */
  readonly known: SigningKey;
  /** Another key, of nobody’s. */
  readonly foreign: SigningKey;
  /** Where a stranger publishes it. */
  readonly foreignUrl: string;
  /** The program’s own. */
  readonly secret: Uint8Array;
  readonly program: string;
  readonly other: string;
  /** What the other program takes of the same provider. */
  readonly otherAudience: string;
};

type Make = (world: World) => string | Promise<string>;

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
export const seconds = (n: number) => Math.floor(Date.now() / 1000) + n;

const claims = (more: object = {}) => ({
  ...{ iss: ISSUER, aud: AUDIENCE, sub: 'ada', exp: seconds(600) },
  ...more,
});
const ownClaims = ({ program }: World, more: object = {}) => ({
  ...{ iss: 'tallymark', aud: program, sub: 'ada', exp: seconds(600) },
  ...more,
});
const textOf = (header: unknown, payload: unknown) => `${encode(header)}.${encode(payload)}`;

/** Signed rightly with a key, whatever header and claims say; texts are taken as they are. */
export function signed(key: SigningKey, header: unknown, payload: unknown = claims()): string {
  const text = textOf(header, payload);
  const privateKey = KeyObject.from(key.privateKey as never);
  const how = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${text}.${signBytes('sha256', Buffer.from(text), how).toString('base64url')}`;
}

export function hmac(key: string | Uint8Array, header: unknown, payload: unknown): string {
  const text = textOf(header, payload);
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

const pem = ({ known }: World) =>
  createPublicKey({ key: known.jwk as never, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  }) as string;
const head = ({ known: { alg, kid } }: World, more: object = {}) => ({ alg, kid, ...more });

/** Each is refused; what would have to be wrong with us for it to be taken is its name. */
export const forgedTokens: Readonly<Record<string, Make>> = {
  // Not signed.
  'alg none': () => `${textOf({ alg: 'none' }, claims())}.`,
  'alg nOnE': () => `${textOf({ alg: 'nOnE' }, claims())}.`,
  'alg none with a known kid': (w) => `${textOf(head(w, { alg: 'none' }), claims())}.`,
  'alg none, as our own': (w) => `${textOf({ alg: 'none' }, ownClaims(w))}.`,
  'no signature': async ({ known }) => (await sign(known)).replace(/\.[^.]*$/, '.'),
  'two parts': async ({ known }) => (await sign(known)).replace(/\.[^.]*$/, ''),
  'four parts': async ({ known }) => `${await sign(known)}.x`,
  'no alg': (w) => signed(w.known, { kid: w.known.kid }),
  'alg twice, none first': (w) =>
    signed(w.foreign, `{"alg":"none","alg":"ES256","kid":"${w.known.kid}"}`),
  'a signature of zeros': async ({ known }) =>
    (await sign(known)).replace(/\.[^.]*$/, `.${'A'.repeat(86)}`),
  'another text under the signature': async ({ known }) => {
    const [header, , signature] = (await sign(known)).split('.');
    return `${header}.${encode(claims({ sub: 'bob' }))}.${signature}`;
  },
  // Symmetric, with what everybody knows.
  'HS256 with the public key': (w) => hmac(pem(w), head(w, { alg: 'HS256' }), claims()),
  'HS256 with the public key, as our own': (w) => hmac(pem(w), { alg: 'HS256' }, ownClaims(w)),
  'HS256 with the JWK': (w) =>
    hmac(JSON.stringify(w.known.jwk), head(w, { alg: 'HS256' }), claims()),
  'HS256 with nothing': () => hmac('', { alg: 'HS256' }, claims()),
  'the provider’s claims, signed with our secret': (w) =>
    hmac(w.secret, { alg: 'HS256' }, claims()),
  'our claims, signed by the provider': (w) => signed(w.known, head(w), ownClaims(w)),
  'our claims of another issuer': (w) =>
    hmac(w.secret, { alg: 'HS256' }, ownClaims(w, { iss: 'Tallymark' })),
  // Keys that the token brings along.
  'a foreign key': ({ foreign }) => sign(foreign),
  'a foreign key under the known kid': ({ foreign, known }) =>
    sign(foreign, {}, { kid: known.kid }),
  jku: ({ foreign, foreignUrl }) => sign(foreign, {}, { jku: foreignUrl }),
  jwk: ({ foreign }) => sign(foreign, {}, { jwk: foreign.jwk }),
  x5u: ({ foreign, foreignUrl }) => sign(foreign, {}, { x5u: foreignUrl }),
  x5c: ({ foreign }) => sign(foreign, {}, { x5c: ['MIIB'], kid: undefined }),
  'a kid that is a path': ({ foreign }) => sign(foreign, {}, { kid: '../../dev/null' }),
  'a kid that injects': ({ foreign }) => sign(foreign, {}, { kid: "' or '1'='1" }),
  'a kid of the prototype': ({ foreign }) => sign(foreign, {}, { kid: '__proto__' }),
  'a kid that is no text': (w) => signed(w.foreign, head(w, { kid: [w.known.kid] })),
  // Headers.
  'crit that nobody knows': (w) => signed(w.known, head(w, { crit: ['nope'], nope: 1 })),
  'crit of nothing': (w) => signed(w.known, head(w, { crit: [] })),
  'b64 false': (w) => signed(w.known, head(w, { crit: ['b64'], b64: false })),
  'a type for logging out': ({ known }) => sign(known, {}, { typ: 'logout+jwt' }),
  'a type that is an event': ({ known }) => sign(known, {}, { typ: 'secevent+jwt' }),
  'a header that is no JSON': (w) => signed(w.known, 'nope'),
  // Claims.
  'another issuer': ({ known }) => sign(known, { iss: 'https://evil.example/' }),
  'an issuer without its slash': ({ known }) => sign(known, { iss: ISSUER.slice(0, -1) }),
  'several issuers': ({ known }) => sign(known, { iss: [ISSUER] }),
  'no issuer': ({ known }) => sign(known, { iss: undefined }),
  'an issuer with a NUL': ({ known }) => sign(known, { iss: `${ISSUER}\u0000` }),
  'another audience': ({ known }) => sign(known, { aud: 'https://else.example' }),
  'no audience': ({ known }) => sign(known, { aud: undefined }),
  'no audience in a list': ({ known }) => sign(known, { aud: [] }),
  'the audiences of two programs': ({ known, otherAudience }) =>
    sign(known, { aud: [AUDIENCE, otherAudience] }),
  'too many audiences': ({ known }) =>
    sign(known, { aud: [AUDIENCE, ...Array.from({ length: 20 }, (_, n) => `a${n}`)] }),
  'an audience of our own form': (w) => sign(w.known, { aud: w.program }),
  'an end that is past': ({ known }) => sign(known, { exp: seconds(-61) }),
  'no end': ({ known }) => sign(known, { exp: undefined }),
  'an end that is a text': ({ known }) => sign(known, { exp: `${seconds(600)}` }),
  'an end that is not finite': (w) =>
    signed(w.known, head(w), JSON.stringify(claims({ exp: 0 })).replace('"exp":0', '"exp":1e999')),
  'a beginning to come': ({ known }) => sign(known, { nbf: seconds(120) }),
  'no member': ({ known }) => sign(known, { sub: undefined }),
  'a member that is a number': ({ known }) => sign(known, { sub: 1 }),
  'a member with a NUL': ({ known }) => sign(known, { sub: 'a\u0000b' }),
  'claims that are a list': (w) => signed(w.known, head(w), '[]'),
  'claims that are null': (w) => signed(w.known, head(w), 'null'),
  'the end twice, past at last': (w) => {
    const text = JSON.stringify(claims()).slice(0, -1);
    return signed(w.known, head(w), `${text},"exp":1}`);
  },
  // Size.
  'a little more than 8 KB': ({ known }) => sign(known, { x: 'x'.repeat(8_192) }),
  '9 KB, not of base64': () => 'x'.repeat(9_216),
  // Of our own.
  'the other program’s audience with our secret': (w) =>
    hmac(w.secret, { alg: 'HS256' }, ownClaims(w, { aud: w.other })),
};

const key = (id: string, secret: string, role = 'service') => `tm_${role}_${id}_${secret}`;

/** Keys that are none, after the shape of a good one. */
export const forgedKeys = (good: string): Readonly<Record<string, string>> => {
  const [, role = '', id = '', secret = ''] = /^tm_([a-z]+)_([0-9a-f]{16})_(.+)$/.exec(good) ?? [];
  const other = secret.startsWith('A') ? `B${secret.slice(1)}` : `A${secret.slice(1)}`;
  return {
    'tm_ and nothing': 'tm_',
    'a wrong secret': key(id, other),
    'a secret cut short': key(id, secret.slice(0, -1)),
    'a secret that goes on': key(id, `${secret}A`),
    'no secret': key(id, ''),
    'the secret of zeros': key(id, 'A'.repeat(43)),
    'another id': key('0'.repeat(16), secret),
    'a role that there is not': key(id, secret, 'admin'),
    'in upper case': good.toUpperCase(),
    'an id that injects': key("' or '1'='1 -- -", secret),
    'an id of the prototype': key('__proto__', secret),
    'two keys': `${good},${good}`,
    'the hash for the secret': key(id, 'x'.repeat(43), role),
  };
};
