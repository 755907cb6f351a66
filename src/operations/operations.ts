import { LRUCache } from 'lru-cache';
import { Counter, type Registry } from 'prom-client';
import type { Viewer } from '../auth/viewer.ts';
import { limits } from '../limits.ts';
import { assert } from '../platform/assert.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import {
  type AdHoc,
  type ClientOperations,
  chooseDocument,
  type DocumentAsked,
  type DocumentChosen,
  type ProgramOperations,
  type StoredOperation,
} from './choose.ts';
import { hashOf } from './document-id.ts';
import { OperationNotServed } from './not-served.ts';
import { loadOperations, loadSettingsVersion, type OperationsRow } from './operations.sql.ts';

type Tools = {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
};

type Known = {
  readonly operations: ProgramOperations;
  /** Its rows and texts, in characters. */
  readonly weight: number;
  /** When it was known to be current, by the machine's own clock. */
  checkedAt: number;
};

/**
 * What programs have registered, in memory on every node: requests wait for the database only when
 * a program was not asked for lately. While it is, changes are seen within two seconds.
 */
export class Operations {
  readonly #tools: Tools;
  readonly #known = new LRUCache<number, Known>({
    maxSize: limits.operationsCacheCharactersMax,
    sizeCalculation: ({ weight }) => weight,
  });
  readonly #reading = new Map<number, Promise<ProgramOperations>>();
  /** Hashes of ad hoc documents that were logged. */
  readonly #logged = new LRUCache<string, true>({ max: limits.adHocDocumentsLoggedMax });
  readonly #adHoc: Counter<'client'>;

  constructor(tools: Tools) {
    this.#tools = tools;
    this.#adHoc = new Counter({
      name: 'tallymark_operations_ad_hoc_total',
      help: 'Documents that were not registered and ran for clients in mode LOG.',
      labelNames: ['client'],
      registers: [tools.registry],
    });
  }

  /** The document that a request runs, and with whose rights; throws OperationNotServed. */
  async choose(viewer: Viewer, asked: DocumentAsked): Promise<DocumentChosen> {
    if (viewer.kind === 'anonymous') {
      const message = 'Send a valid API key or member token.';
      throw new OperationNotServed('UNAUTHENTICATED', 401, message);
    }
    const program = await this.#find(viewer.programId);
    return chooseDocument(program, viewer, asked, this.#tools.clock.now());
  }

  /** Counts a document that runs without being registered, and logs it the first time. */
  noteAdHoc(adHoc: AdHoc | undefined, operationName: string | null | undefined): void {
    if (adHoc === undefined) return;
    const { programId, client, text } = adHoc;
    this.#adHoc.inc({ client: `${programId}/${client}` });
    const hash = hashOf(text);
    const key = `${programId} ${client} ${hash}`;
    if (this.#logged.get(key)) return;
    this.#logged.set(key, true);
    // Not the text: it may have members' data in it.
    const name = operationName?.slice(0, limits.textCharactersMax) ?? null;
    this.#tools.log.info(
      { programId, client, hash, operationName: name },
      'an operation that is not registered ran',
    );
  }

  /** Has a program's operations read anew by whoever asks next on this node. */
  forget(programId: number): void {
    this.#known.delete(programId);
    this.#reading.delete(programId);
  }

  #find(programId: number): ProgramOperations | Promise<ProgramOperations> {
    const known = this.#known.get(programId);
    const age = known === undefined ? Infinity : performance.now() - known.checkedAt;
    if (known === undefined || age >= limits.operationsOldMs) return this.#read(programId);
    if (age >= limits.operationsCheckMs) {
      this.#read(programId).catch((error: unknown) =>
        this.#tools.log.warn({ err: error, programId }, 'operations were not read anew'),
      );
    }
    return known.operations;
  }

  /** One read at a time for a program; who forgets it meanwhile begins another. */
  #read(programId: number): Promise<ProgramOperations> {
    const begun = this.#reading.get(programId);
    if (begun !== undefined) return begun;
    const isCurrent = () => this.#reading.get(programId) === reading;
    const reading = this.#readNow(programId, isCurrent).finally(() => {
      if (isCurrent()) this.#reading.delete(programId);
    });
    this.#reading.set(programId, reading);
    return reading;
  }

  async #readNow(programId: number, isCurrent: () => boolean): Promise<ProgramOperations> {
    const { pool, clock } = this.#tools;
    const checkedAt = performance.now();
    const known = this.#known.get(programId);
    if (known !== undefined) {
      const [row] = await loadSettingsVersion(pool, programId);
      if (row?.version === known.operations.version) {
        known.checkedAt = checkedAt;
        return known.operations;
      }
    }
    const now = clock.now();
    const retiredSince = new Date(now.getTime() - limits.operationsRetiredKeptMs);
    const [row] = await loadOperations(pool, programId, retiredSince, now);
    assert(row !== undefined, 'a viewer’s program exists');
    const operations = operationsOf(row);
    const weight = row.operations.reduce((sum, { text }) => sum + text.length + 500, 500);
    if (isCurrent()) this.#known.set(programId, { operations, weight, checkedAt });
    return operations;
  }
}

function operationsOf({ version, clients, operations }: OperationsRow): ProgramOperations {
  const byClient = new Map<number, Map<string, StoredOperation>>();
  const byHash = new Map<string, StoredOperation>();
  for (const { clientId, ...operation } of operations) {
    const own = byClient.get(clientId) ?? new Map<string, StoredOperation>();
    byClient.set(clientId, own.set(operation.id, operation));
    const same = byHash.get(operation.hash);
    if (same === undefined || endOf(same) < endOf(operation)) byHash.set(operation.hash, operation);
  }
  const named = clients.map(({ id, name, mode, costMax }): [string, ClientOperations] => [
    name,
    { name, mode, costMax, operations: byClient.get(id) ?? new Map() },
  ]);
  return { version, clients: new Map(named), byHash };
}

const endOf = ({ retiresAt }: StoredOperation) => retiresAt ?? Infinity;
