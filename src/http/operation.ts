import {
  type ExecutionArgs,
  type GraphQLError,
  getOperationAST,
  type OperationTypeNode,
} from 'graphql';
import type { DoorContext } from '../graphql/context.ts';
import { apiError } from '../graphql/errors.ts';
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

type Enveloped = ReturnType<Yoga['getEnveloped']>;

export type Operation = {
  readonly type: OperationTypeNode;
  readonly args: ExecutionArgs;
  readonly execute: Enveloped['execute'];
  readonly subscribe: Enveloped['subscribe'];
};

/**
 * Parses and validates one operation for the doors that do not go through Yoga's HTTP, with the
 * very functions that go through it. Gives the errors of a wrong document; throws where the text
 * cannot be parsed or the caller's credential is not valid.
 */
export async function prepareOperation(
  yoga: Yoga,
  door: DoorContext,
  { query, variables, operationName }: OperationParams,
): Promise<Operation | readonly GraphQLError[]> {
  const { schema, parse, validate, contextFactory, execute, subscribe } = yoga.getEnveloped(
    door as never,
  );
  const contextValue = await contextFactory(); // First: a wrong credential has nothing parsed.
  const document = parse(query);
  const name = operationName || null; // '' names none, as an empty parameter of a URL.
  const operation = getOperationAST(document, name);
  if (!operation) {
    const message = 'Could not determine what operation to execute.';
    const http = { status: 400 };
    return [apiError('OPERATION_RESOLUTION_FAILURE', message, { http })];
  }
  const errors: readonly GraphQLError[] = validate(schema, document);
  if (errors.length > 0) return errors;
  const args: ExecutionArgs = {
    schema,
    document,
    operationName: name,
    variableValues: variables ?? null,
    contextValue,
  };
  return { type: operation.operation, args, execute, subscribe };
}
