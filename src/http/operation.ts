import {
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  getOperationAST,
  type OperationTypeNode,
} from 'graphql';
import type { App } from '../app.ts';
import { isBound } from '../auth/viewer.ts';
import { type Context, createContext, type DoorContext } from '../graphql/context.ts';
import { type Cost, costOf, tooComplex } from '../graphql/document-cost.ts';
import { apiError } from '../graphql/errors.ts';
import type { Pipeline } from '../graphql/pipeline.ts';
import type { AdHoc } from '../operations/choose.ts';
import { idParams } from './params.ts';
import type { Yoga } from './yoga.ts';

/** What every door is given: GraphQL over HTTP's parameters without extensions. */
export type OperationParams = {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly operationName?: string | null | undefined;
  /** Of a registered operation; then `query` may be empty. */
  readonly documentId?: string | undefined;
};

const PARAMS: readonly string[] = [
  ...['query', 'variables', 'operationName', 'extensions'],
  ...idParams,
];

/** As Yoga does it for HTTP: a misspelt parameter is told, not ignored. */
export function refuseUnknownParams(given: object): void {
  for (const [name, value] of Object.entries(given)) {
    if (value == null || PARAMS.includes(name)) continue;
    throw apiError('BAD_REQUEST', `Unexpected parameter "${name}" in the request body.`);
  }
}

export type Operation = {
  readonly type: OperationTypeNode;
  /** The document, be it registered or the request's own. */
  readonly query: string;
  /** Null: the operation has no name. */
  readonly name: string | null;
  /** That it is not registered, and its client wants to know. */
  readonly adHoc: AdHoc | undefined;
  /** With the variables of the request. */
  readonly cost: Cost;
  readonly args: ExecutionArgs;
  execute(args: ExecutionArgs): Promise<ExecutionResult>;
  subscribe(args: ExecutionArgs): ReturnType<ReturnType<Yoga['getEnveloped']>['subscribe']>;
};

/** What documents go through, whichever way they came. */
export type GraphqlDoor = {
  readonly app: App;
  readonly pipeline: Pipeline;
  readonly yoga: Yoga;
};

/**
 * Parses and validates one operation for the doors that do not go through Yoga's HTTP, with the
 * very functions that go through it. Gives the errors of a wrong document; throws where the text
 * cannot be parsed or the caller's credential is not valid.
 */
export async function prepareOperation(
  { app, pipeline, yoga }: GraphqlDoor,
  caller: DoorContext,
  params: OperationParams,
): Promise<Operation | readonly GraphQLError[]> {
  let contextValue: Context = await createContext(app, caller); // A wrong credential has nothing parsed.
  let { query, operationName } = params;
  let adHoc: AdHoc | undefined;
  if (params.documentId !== undefined || isBound(contextValue.viewer)) {
    const chosen = await app.operations.choose(contextValue.viewer, params);
    ({ query, operationName, adHoc } = chosen);
    contextValue = { ...contextValue, viewer: chosen.viewer };
  }
  const document = pipeline.parse(query);
  // '' names none, as an empty parameter of a URL.
  const operation = getOperationAST(document, operationName || null);
  if (!operation) {
    const message = 'Could not determine what operation to execute.';
    const http = { status: 400 };
    return [apiError('OPERATION_RESOLUTION_FAILURE', message, { http })];
  }
  const errors = pipeline.validate(document);
  if (errors.length > 0) return errors;
  const cost = costOf(pipeline.schema, document, operation, params.variables);
  const tooMuch = tooComplex(cost);
  if (tooMuch !== undefined) return [tooMuch];
  const name = operation.name?.value ?? null;
  const args: ExecutionArgs = {
    schema: pipeline.schema,
    document,
    operationName: name,
    variableValues: params.variables ?? null,
    contextValue,
  };
  return {
    type: operation.operation,
    ...{ query, name, adHoc, cost, args },
    execute: pipeline.execute,
    subscribe: (given) => yoga.getEnveloped(caller as never).subscribe(given),
  };
}
