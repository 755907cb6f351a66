/** Which document a request runs: pure, and the same on every door (RELIABILITY.md T3). */
import type { KnownViewer } from '../auth/viewer.ts';
import type { ClientMode } from '../generated/prisma/enums.ts';
import { hashOf, isHash, readDocumentId } from './document-id.ts';
import { OperationNotServed } from './not-served.ts';

/** A registered operation as it is kept in memory. */
export type StoredOperation = {
  readonly id: string;
  readonly hash: string;
  /** Empty when it has retired. */
  readonly text: string;
  /** Of the operation in the document; null: it has none. */
  readonly name: string | null;
  readonly cost: number;
  /** Milliseconds since 1970; null: not retired. */
  readonly retiresAt: number | null;
};

export type ClientOperations = {
  readonly name: string;
  readonly mode: ClientMode;
  readonly costMax: number | null;
  /** By id. */
  readonly operations: ReadonlyMap<string, StoredOperation>;
};

/** What a program has registered. Maps, so that no id reaches a prototype. */
export type ProgramOperations = {
  readonly version: number;
  /** By name. */
  readonly clients: ReadonlyMap<string, ClientOperations>;
  /** Those of all clients by hash: for callers who belong to none, and may run any text. */
  readonly byHash: ReadonlyMap<string, StoredOperation>;
};

/** What a request gives. */
export type DocumentAsked = {
  /** Undefined or empty: none is given. */
  readonly query?: string | undefined;
  readonly documentId?: string | undefined;
  readonly operationName?: string | null | undefined;
};

/** A document that is not registered and ran for a client in mode LOG. */
export type AdHoc = { readonly programId: number; readonly client: string; readonly text: string };

export type DocumentChosen = {
  /** With whose rights it runs. */
  readonly viewer: KnownViewer;
  readonly query: string;
  readonly operationName: string | null | undefined;
  readonly adHoc: AdHoc | undefined;
};

/** Gives the document to run, and with whose rights; throws OperationNotServed. */
export function chooseDocument(
  program: ProgramOperations,
  viewer: KnownViewer,
  asked: DocumentAsked,
  now: Date,
): DocumentChosen {
  const name = viewer.kind === 'system' ? undefined : viewer.client;
  const client = name === undefined ? undefined : program.clients.get(name);
  const isPartner = viewer.kind === 'key' && viewer.role === 'PARTNER';
  const isClosed = isPartner || client?.mode === 'REQUIRED';
  const { query: text = '', documentId, operationName } = asked;
  if (documentId === undefined) {
    if (isClosed) throw required(isPartner);
    return { viewer, query: text, operationName, adHoc: adHocOf(viewer, client, text) };
  }
  const id = readDocumentId(documentId) ?? '';
  const known = client === undefined && !isPartner ? program.byHash : client?.operations;
  const stored = known?.get(id);
  if (text !== '' && !isTextOf(stored, id, text)) throw textDiffers();
  if (stored === undefined) {
    // Whoever may run any text may say its hash, too.
    if (isClosed || text === '' || !isHash(id)) throw notFound();
    return { viewer, query: text, operationName, adHoc: adHocOf(viewer, client, text) };
  }
  refuseFor(stored, client, operationName, now);
  return {
    // A partner’s operations were chosen by an operator: they run with the rights of SERVICE.
    viewer: isPartner ? { ...viewer, role: 'SERVICE', isPartner } : viewer,
    query: stored.text,
    operationName: stored.name,
    adHoc: undefined,
  };
}

const isTextOf = (stored: StoredOperation | undefined, id: string, text: string): boolean =>
  stored === undefined
    ? !isHash(id) || hashOf(text) === id
    : stored.text === text || hashOf(text) === stored.hash;

function refuseFor(
  { retiresAt, cost, name }: StoredOperation,
  client: ClientOperations | undefined,
  operationName: string | null | undefined,
  now: Date,
): void {
  if (retiresAt !== null && retiresAt <= now.getTime()) {
    throw new OperationNotServed('PERSISTED_QUERY_RETIRED', 410, 'The operation is retired.', {
      retiredAt: new Date(retiresAt).toISOString(),
    });
  }
  const limit = client?.costMax ?? null;
  if (limit !== null && cost > limit) {
    const message = `The operation may read ${cost} objects; its client’s ceiling is ${limit}.`;
    throw new OperationNotServed('QUERY_TOO_COMPLEX', 403, message, { cost, limit });
  }
  if (operationName && operationName !== name) {
    const message = `The registered operation is ${name ?? 'one without a name'}.`;
    throw new OperationNotServed('BAD_REQUEST', 400, message);
  }
}

const adHocOf = (
  { programId }: KnownViewer,
  client: ClientOperations | undefined,
  text: string,
): AdHoc | undefined =>
  client?.mode === 'LOG' ? { programId, client: client.name, text } : undefined;

const required = (isPartner: boolean) =>
  new OperationNotServed(
    'PERSISTED_QUERY_REQUIRED',
    403,
    isPartner
      ? 'A partner key runs registered operations only.'
      : 'This client runs registered operations only.',
  );

// Clients match on this very message (urql), others on the code (Apollo).
const notFound = () =>
  new OperationNotServed('PERSISTED_QUERY_NOT_FOUND', 404, 'PersistedQueryNotFound');

const textDiffers = () =>
  new OperationNotServed('BAD_REQUEST', 400, 'The id and the text are of different operations.');
