import { createHash } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { App } from '../app.ts';
import { isBound, type Viewer } from '../auth/viewer.ts';
import { type Context, createContext } from '../graphql/context.ts';
import { isShareable, sharedProgramOf, sharedViewer } from '../graphql/shareable.ts';
import { limits } from '../limits.ts';
import { SHARED_UNITS, type Tab, take } from './charge.ts';
import type { Operation, OperationParams } from './operation.ts';
import { shareKey } from './share-key.ts';

/** An answer as it leaves. */
export type SharedAnswer = { readonly bytes: Buffer; readonly etag: string };

/** How an answer was asked for. */
export type AnswerAsked = Pick<OperationParams, 'variables'> & {
  /** The media type of the answer. */
  readonly type: string;
  /** The request's text; undefined when it names a registered operation, which may be retired. */
  readonly text: string | undefined;
};

type Kept = {
  readonly programId: number;
  /** Under which it is kept. */
  readonly keys: Set<string>;
  readonly execute: () => Promise<ExecutionResult>;
  /** What it costs whoever has it made. */
  readonly units: number;
  answer: SharedAnswer | undefined;
  madeAt: number;
  making: Promise<SharedAnswer | undefined> | undefined;
};

/**
 * Answers to queries of boards that are the same for everybody of a program: executed at most once
 * per throttle, on behalf of a viewer who may see no more than any of them, and sent as they are
 * to all who ask for the same document meanwhile, by its text or by its id.
 */
export class SharedAnswers {
  readonly #app: App;
  readonly #kept = new LRUCache<string, Map<number, Kept>>({
    max: limits.sharedAnswersMax,
    maxSize: limits.sharedAnswersBytesMax,
    sizeCalculation: (programs, text) => text.length + weightOf(programs),
  });

  constructor(app: App) {
    this.#app = app;
  }

  /** The answer to a request's text; undefined when there is none for this caller. */
  async find(
    text: string,
    authorization: string | undefined,
    tab: Tab,
  ): Promise<SharedAnswer | undefined> {
    const kept = this.#kept.get(text);
    if (kept === undefined) return undefined;
    const viewer = await this.#app.authenticator.authenticate(authorization).catch(() => undefined);
    if (viewer === undefined || isBound(viewer)) return undefined; // What may run, is chosen first.
    const programId = sharedProgramOf(viewer); // Why not, is said where it is executed.
    const found = programId === undefined ? undefined : kept.get(programId);
    if (found === undefined) return undefined;
    const refused = this.#charge(viewer, found, tab);
    if (refused !== undefined && (await refused) !== undefined) return undefined;
    return this.#fresh(found);
  }

  /**
   * Keeps and gives the answer to an operation that can be shared; undefined for any other. Throws
   * why its caller may not have it.
   */
  async make(
    asked: AnswerAsked,
    operation: Operation,
    tab: Tab,
  ): Promise<SharedAnswer | undefined> {
    const { schema, document, operationName, contextValue } = operation.args;
    const { viewer } = contextValue as Context;
    const programId = sharedProgramOf(viewer);
    if (programId === undefined || !isShareable(schema, document, operationName)) return undefined;
    const share = shareKey(operation, asked.variables ?? {});
    if (share === undefined) return undefined;
    const key = `${asked.type} ${share}`;
    const known = this.#kept.get(key)?.get(programId);
    const made = known ?? this.#begin(programId, operation);
    const refused = await this.#charge(viewer, made, tab);
    if (refused !== undefined) throw refused;
    const answer = await this.#fresh(made);
    if (answer === undefined) return undefined;
    if (known === undefined) this.#keep(key, programId, made);
    if (asked.text !== undefined && !isBound(viewer)) this.#keep(asked.text, programId, made);
    return answer;
  }

  /** Whoever has it made pays for it, the others for being told. */
  #charge(viewer: Viewer, kept: Kept, tab: Tab) {
    const units = isThere(kept) || kept.making !== undefined ? SHARED_UNITS : kept.units;
    return take(this.#app, viewer, units, tab);
  }

  #begin(programId: number, { args, execute, cost }: Operation): Kept {
    const door = { viewer: sharedViewer(programId), isShared: true };
    return {
      programId,
      keys: new Set(),
      execute: async () => {
        const context = await createContext(this.#app, door);
        return execute({ ...args, contextValue: context });
      },
      units: cost.units,
      answer: undefined,
      madeAt: Number.NEGATIVE_INFINITY,
      making: undefined,
    };
  }

  /** Weighed anew each time: a value that is there already keeps the weight it came with. */
  #keep(key: string, programId: number, made: Kept): void {
    const programs = this.#kept.get(key) ?? new Map<number, Kept>();
    made.keys.add(key);
    this.#kept.delete(key);
    this.#kept.set(key, programs.set(programId, made));
  }

  /** No older than the throttle; all who ask meanwhile wait for one execution. */
  #fresh(kept: Kept): Promise<SharedAnswer | undefined> | SharedAnswer {
    if (kept.answer !== undefined && isThere(kept)) return kept.answer;
    kept.making ??= remake(kept).finally(() => {
      kept.making = undefined;
      for (const key of kept.keys) {
        if (this.#kept.has(key)) this.#keep(key, kept.programId, kept);
        else kept.keys.delete(key);
      }
    });
    return kept.making;
  }
}

const isThere = ({ answer, madeAt }: Kept): boolean =>
  answer !== undefined && performance.now() - madeAt < limits.boardThrottleMs;

const weightOf = (programs: ReadonlyMap<number, Kept>) =>
  [...programs.values()].reduce((sum, { answer }) => sum + (answer?.bytes.length ?? 0), 0);

/** Undefined when it has errors: those are the caller's own, and nobody else's. */
async function remake(kept: Kept): Promise<SharedAnswer | undefined> {
  const begun = performance.now();
  const result = await kept.execute();
  if (result.errors !== undefined) return undefined;
  const bytes = Buffer.from(JSON.stringify(result));
  const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
  kept.answer = { bytes, etag };
  kept.madeAt = begun;
  return kept.answer;
}
