import {
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  getOperationAST,
  type OperationTypeNode,
} from 'graphql';
import type { App } from '../app.ts';
import { createContext, type DoorContext } from '../graphql/context.ts';
import { apiError } from '../graphql/errors.ts';
import type { Pipeline } from '../graphql/pipeline.ts';
import type { Yoga } from './yoga.ts';

/** What every door is given: GraphQL over HTTP's parameters without extensions. */
export type OperationParams = {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly operationName?: string | null | undefined;
};

const PARAMS: readonly string[] = ['query', 'variables', 'operationName', 'extensions'];

/** As Yoga does it for HTTP: a misspelt parameter is told, not ignored. */
export function refuseUnknownParams(given: object): void {
  for (const [name, value] of Object.entries(given)) {
    if (value == null || PARAMS.includes(name)) continue;
    throw apiError('BAD_REQUEST', `Unexpected parameter "${name}" in the request body.`);
  }
}

export type Operation = {
  readonly type: OperationTypeNode;
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
  { query, variables, operationName }: OperationParams,
): Promise<Operation | readonly GraphQLError[]> {
  const contextValue = await createContext(app, caller); // A wrong credential has nothing parsed.
  const document = pipeline.parse(query);
  const name = operationName || null; // '' names none, as an empty parameter of a URL.
  const operation = getOperationAST(document, name);
  if (!operation) {
    const message = 'Could not determine what operation to execute.';
    const http = { status: 400 };
    return [apiError('OPERATION_RESOLUTION_FAILURE', message, { http })];
  }
  const errors = pipeline.validate(document);
  if (errors.length > 0) return errors;
  const args: ExecutionArgs = {
    schema: pipeline.schema,
    document,
    operationName: name,
    variableValues: variables ?? null,
    contextValue,
  };
  return {
    type: operation.operation,
    args,
    execute: pipeline.execute,
    subscribe: (given) => yoga.getEnveloped(caller as never).subscribe(given),
  };
}
