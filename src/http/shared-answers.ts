import { createHash } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { App } from '../app.ts';
import { type Context, createContext } from '../graphql/context.ts';
import { isShareable, sharedProgramOf, sharedViewer } from '../graphql/shareable.ts';
import { limits } from '../limits.ts';
import type { Operation } from './operation.ts';

/** An answer as it leaves. */
export type SharedAnswer = { readonly bytes: Buffer; readonly etag: string };

type Kept = {
  readonly execute: () => Promise<ExecutionResult>;
  answer: SharedAnswer | undefined;
  madeAt: number;
  making: Promise<SharedAnswer | undefined> | undefined;
};

/**
 * Answers to queries of boards that are the same for everybody of a program: executed at most once
 * per throttle, on behalf of a viewer who may see no more than any of them, and sent as they are
 * to all who ask with the same text meanwhile.
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
  async find(text: string, authorization: string | undefined): Promise<SharedAnswer | undefined> {
    const kept = this.#kept.get(text);
    if (kept === undefined) return undefined;
    const viewer = await this.#app.authenticator.authenticate(authorization).catch(() => undefined);
    const programId = viewer && sharedProgramOf(viewer); // Why not, is said where it is executed.
    const found = programId === undefined ? undefined : kept.get(programId);
    return found && this.#fresh(found, text);
  }

  /** Keeps and gives the answer to an operation that can be shared; undefined for any other. */
  async make(text: string, { args, execute }: Operation): Promise<SharedAnswer | undefined> {
    const { schema, document, operationName } = args;
    const programId = sharedProgramOf((args.contextValue as Context).viewer);
    if (programId === undefined || !isShareable(schema, document, operationName)) return undefined;
    const door = { viewer: sharedViewer(programId), isShared: true };
    const made: Kept = {
      execute: async () => {
        const context = await createContext(this.#app, door);
        return execute({ ...args, contextValue: context });
      },
      answer: undefined,
      madeAt: Number.NEGATIVE_INFINITY,
      making: undefined,
    };
    const answer = await this.#fresh(made, text);
    if (answer === undefined) return undefined;
    const programs = this.#kept.get(text) ?? new Map<number, Kept>();
    this.#keep(text, programs.set(programId, made));
    return answer;
  }

  /** No older than the throttle; all who ask meanwhile wait for one execution. */
  #fresh(kept: Kept, text: string): Promise<SharedAnswer | undefined> | SharedAnswer {
    const { answer, madeAt } = kept;
    if (answer !== undefined && performance.now() - madeAt < limits.boardThrottleMs) return answer;
    kept.making ??= remake(kept).finally(() => {
      kept.making = undefined;
      const programs = this.#kept.get(text);
      if (programs !== undefined) this.#keep(text, programs);
    });
    return kept.making;
  }

  /** Weighed anew each time: a value that is there already keeps the weight it came with. */
  #keep(text: string, programs: Map<number, Kept>): void {
    this.#kept.delete(text);
    this.#kept.set(text, programs);
  }
}

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
