/** Fetches the public keys of an identity provider (RFC 7517), whatever it may answer. */
import { createLocalJWKSet, type JSONWebKeySet, type JWK } from 'jose';
import { z } from 'zod';
import { limits } from '../limits.ts';

/** Public keys that signatures are checked with. */
export type KeySet = {
  /** The same for the same keys, in whichever order they came. */
  readonly text: string;
  /** How many there are. */
  readonly size: number;
  /** Finds the one that a token’s header means. */
  readonly find: ReturnType<typeof createLocalJWKSet>;
};

/** Why there are no keys; it holds nothing of what was answered. */
export class KeysNotFetched extends Error {}

const { jwksBytesMax, jwksKeysMax, jwksFetchMs } = limits;

const answer = z.object({
  keys: z.array(z.record(z.string(), z.unknown())).max(jwksKeysMax),
});

/** Asks once, within a time and a size; follows no redirect. */
export async function fetchKeys(url: string): Promise<KeySet> {
  let text: string;
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      redirect: 'error', // Where keys come from was decided by whoever set the provider.
      signal: AbortSignal.timeout(jwksFetchMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new KeysNotFetched(`it answered HTTP ${response.status}`);
    }
    text = await boundedText(response);
  } catch (error) {
    throw error instanceof KeysNotFetched ? error : new KeysNotFetched(reasonOf(error));
  }
  return keySetOf(text);
}

/** What is wrong with the connection, of which `fetch` says "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it did not answer';
  if (error.name === 'TimeoutError') return `it did not answer within ${jwksFetchMs} ms`;
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause ? String(cause.code) : cause.message;
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > jwksBytesMax)
      throw new KeysNotFetched(`it answered more than ${jwksBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The keys of a document that signatures may be checked with; others in it are passed over. */
export function keySetOf(text: string): KeySet {
  const parsed = answer.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new KeysNotFetched(`it answered no set of at most ${jwksKeysMax} JSON web keys`);
  }
  const keys = (parsed.data.keys as JWK[]).filter(isUsable);
  const sorted = keys.map((key) => JSON.stringify(key)).sort();
  const set: JSONWebKeySet = { keys };
  return { text: sorted.join('\n'), size: keys.length, find: createLocalJWKSet(set) };
}

/** Asymmetric, public, and for signatures. Whoever knows a symmetric one could sign. */
const isUsable = ({ kty, use, d, k }: JWK): boolean =>
  ['RSA', 'EC', 'OKP'].includes(kty ?? '') &&
  (use === undefined || use === 'sig') &&
  d === undefined &&
  k === undefined;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
