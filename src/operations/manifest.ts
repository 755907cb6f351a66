/**
 * Reads the manifests that clients' tools make: Relay, graphql-codegen and gql.tada write an object
 * from id to text, Apollo `{format, version, operations: [{id, name, type, body}]}`. What is read
 * is checked against itself only; whether the texts are operations of ours is said elsewhere.
 */
import { z } from 'zod';
import { limits } from '../limits.ts';
import { hashOf, isHash, readDocumentId } from './document-id.ts';

/** An operation as a manifest has it. */
export type ManifestEntry = {
  /** As it is stored: a hash in lower case without a prefix, or a custom id. */
  readonly id: string;
  /** SHA-256 of the text. */
  readonly hash: string;
  /** Byte for byte. */
  readonly text: string;
  /** What the manifest calls the operation (Apollo's does). */
  readonly name: string | undefined;
};

/** What is wrong, and with which operation. */
export type ManifestProblem = {
  /** The id as the manifest has it; null: the manifest itself. */
  readonly id: string | null;
  readonly message: string;
};

export type Manifest = {
  readonly entries: readonly ManifestEntry[];
  /** Everything that is wrong; nothing may be stored unless it is empty. */
  readonly problems: readonly ManifestProblem[];
};

const APOLLO = 'apollo-persisted-query-manifest';
const { manifestCharactersMax, manifestOperationsMax, documentCharactersMax } = limits;

const apolloManifest = z.object({
  format: z.literal(APOLLO, `must be "${APOLLO}"`).optional(),
  version: z.literal(1, 'must be 1').optional(),
  operations: z.array(z.unknown()),
});
const apolloOperation = z.object({
  id: z.string(),
  name: z.string().nullish(),
  body: z.string(),
});

type Raw = { readonly id: string; readonly text: unknown; readonly name?: string | undefined };

/** Reads a manifest's text; tells all that is wrong with it at once. */
export function readManifest(text: string): Manifest {
  if (text.length > manifestCharactersMax) {
    return refused(`has more than ${manifestCharactersMax} characters`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    return refused('is no JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return refused('must be a JSON object: from id to text, or as Apollo’s tool writes it');
  }
  const isApollo = Array.isArray((json as { operations?: unknown }).operations);
  const { raws, problems } = isApollo ? ofApollo(json) : ofMap(json);
  if (raws.length > manifestOperationsMax) {
    return refused(`has ${raws.length} operations, more than ${manifestOperationsMax}`);
  }
  if (raws.length === 0 && problems.length === 0) return refused('has no operations');
  return checked(raws, problems);
}

const refused = (message: string): Manifest => ({
  entries: [],
  problems: [{ id: null, message: `the manifest ${message}` }],
});

type Listed = { readonly raws: readonly Raw[]; readonly problems: ManifestProblem[] };

// Object.entries gives own properties only, `__proto__` as JSON has it among them.
const ofMap = (json: object): Listed => ({
  raws: Object.entries(json).map(([id, text]) => ({ id, text })),
  problems: [],
});

function ofApollo(json: object): Listed {
  const manifest = apolloManifest.safeParse(json);
  if (!manifest.success) return { raws: [], problems: issuesOf(null, manifest.error) };
  const raws: Raw[] = [];
  const problems: ManifestProblem[] = [];
  for (const [at, given] of manifest.data.operations.entries()) {
    const operation = apolloOperation.safeParse(given);
    if (operation.success) {
      const { id, name, body } = operation.data;
      raws.push({ id, text: body, name: name || undefined });
    } else problems.push(...issuesOf(`operations.${at}`, operation.error));
  }
  return { raws, problems };
}

const issuesOf = (id: string | null, { issues }: z.ZodError): ManifestProblem[] =>
  issues.map(({ path, message }) => ({ id, message: `${path.join('.')}: ${message}` }));

function checked(raws: readonly Raw[], problems: ManifestProblem[]): Manifest {
  const entries = new Map<string, ManifestEntry>();
  for (const raw of raws) {
    const read = entryOf(raw);
    const known = typeof read === 'string' ? undefined : entries.get(read.id);
    if (typeof read === 'string') problems.push({ id: shown(raw.id), message: read });
    else if (known === undefined) entries.set(read.id, read);
    else if (known.text !== read.text || known.name !== read.name) {
      problems.push({ id: shown(raw.id), message: 'is there twice, with another text or name' });
    }
  }
  return { entries: [...entries.values()], problems };
}

/** The entry, or what is wrong with it. */
function entryOf({ id: given, text, name }: Raw): ManifestEntry | string {
  const id = readDocumentId(given);
  if (id === undefined) {
    return 'the id must be [sha256:] and 64 hex digits, or 1 to 128 visible ASCII characters';
  }
  if (typeof text !== 'string') return 'the text must be a string';
  if (text.trim() === '') return 'the text is empty';
  if (text.length > documentCharactersMax) {
    return `the text has more than ${documentCharactersMax} characters`;
  }
  // What UTF-8 or the database cannot hold would come back as another text.
  if (/[\0\p{Cs}]/u.test(text)) return 'the text has characters that cannot be stored';
  const hash = hashOf(text);
  if (isHash(id) && id !== hash) return `the SHA-256 of its text is ${hash}`;
  return { id, hash, text, name };
}

/** An id of any length, as problems tell it. */
const shown = (id: string) => (id.length <= 140 ? id : `${id.slice(0, 139)}…`);
