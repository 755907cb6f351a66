import { createSourceEventStream, type ExecutionResult } from 'graphql';
import type { App } from '../app.ts';
import type { Viewer } from '../auth/viewer.ts';
import { createContext } from '../graphql/context.ts';
import { withoutHttp } from '../graphql/errors.ts';
import { isShareable, sharedProgramOf, sharedViewer } from '../graphql/shareable.ts';
import { BoardWatch } from '../live/board-watch.ts';
import { SharedBoard, type SharedCounts, type Sink } from '../live/shared-board.ts';
import type { Operation, OperationParams } from './operation.ts';
import { type Resume, resumeOf } from './resume.ts';
import { shareKey } from './share-key.ts';

/** A subscription that was parsed, validated and authenticated, as it was asked for. */
export type Asked = {
  readonly viewer: Viewer;
  readonly variables: OperationParams['variables'];
  readonly operation: Operation;
};

/** Serves a sink from now on; gives how to leave. */
export type Join = (sink: Sink) => () => void;

/**
 * Subscriptions of boards that are executed once for all who asked for the same: one document, one
 * set of variables, one program, and only fields that are the same for everybody. They are
 * executed on behalf of a viewer who may see no more than any of them. What cannot be shared is
 * told apart here and executed for its subscriber alone.
 */
export class SharedBoards {
  /** Messages executed and serialized here, and how often they were sent. */
  readonly counts: SharedCounts = { made: 0, sent: 0 };
  readonly #app: App;
  readonly #boards = new Map<string, Promise<SharedBoard | undefined>>();

  constructor(app: App) {
    this.#app = app;
  }

  /** How to join those who asked for the same; undefined when the subscriber has to go alone. */
  async find(asked: Asked): Promise<Join | undefined> {
    const place = placeOf(asked);
    if (place === undefined) return undefined;
    const { key, programId, resume } = place;
    for (;;) {
      const begun = this.#boards.get(key) ?? this.#begin(key, programId, asked.operation, resume);
      const board = await begun;
      if (board === undefined) return undefined;
      if (!board.ended) return (sink) => board.join(sink, resume.place);
      this.#boards.delete(key);
    }
  }

  /** Whether others follow the same already: one more costs no execution. */
  isFollowed(asked: Asked): boolean {
    const place = placeOf(asked);
    return place !== undefined && this.#boards.has(place.key);
  }

  #begin(key: string, programId: number, operation: Operation, { variables }: Resume) {
    const begun = this.#create(key, programId, operation, variables).catch((error: unknown) => {
      this.#app.log.warn({ err: error }, 'a shared subscription did not begin');
      return undefined;
    });
    this.#boards.set(key, begun);
    // Whoever could not share is told why by their own execution.
    void begun.then((board) => board ?? this.#forget(key, begun));
    return begun;
  }

  async #create(
    key: string,
    programId: number,
    { args: given, execute }: Operation,
    variableValues: Readonly<Record<string, unknown>>,
  ): Promise<SharedBoard | undefined> {
    const door = { viewer: sharedViewer(programId), isShared: true };
    const args = { ...given, variableValues };
    const context = () => createContext(this.#app, door);
    const source = await createSourceEventStream({ ...args, contextValue: await context() });
    if (!(source instanceof BoardWatch)) return undefined;
    const feed = source.feed();
    if (feed === undefined) return undefined;
    return new SharedBoard({
      feed,
      first: source.first,
      render: async (rootValue) =>
        bytesOf(await execute({ ...args, rootValue, contextValue: await context() })),
      counts: this.counts,
      onEnd: () => this.#boards.delete(key),
      onFault: (error) => this.#app.log.warn({ err: error }, 'a shared change was not made'),
    });
  }

  #forget(key: string, begun: Promise<SharedBoard | undefined>): void {
    if (this.#boards.get(key) === begun) this.#boards.delete(key);
  }
}

/** With whom a subscription may be shared, and from where on; undefined: it goes alone. */
function placeOf({ viewer, variables, operation }: Asked) {
  const { schema, document, operationName } = operation.args;
  const programId = sharedProgramOf(viewer);
  if (programId === undefined || !isShareable(schema, document, operationName)) return undefined;
  const resume = resumeOf(document, variables ?? {});
  if (resume === undefined) return undefined;
  const share = shareKey(operation, resume.variables);
  return share === undefined ? undefined : { key: `${programId} ${share}`, programId, resume };
}

/** Throws for what may be better in a moment: it must not stand for the version for ever. */
function bytesOf({ data, errors }: ExecutionResult): Buffer {
  const passing = errors?.find(({ extensions }) => extensions.code === 'SERVICE_UNAVAILABLE');
  if (passing !== undefined) throw passing;
  return Buffer.from(
    JSON.stringify(errors === undefined ? { data } : { data, errors: withoutHttp(errors) }),
  );
}
