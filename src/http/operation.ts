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
  const document = parse(query);
  const operation = getOperationAST(document, operationName);
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
    operationName: operationName ?? null,
    variableValues: variables ?? null,
    contextValue: await contextFactory(),
  };
  return { type: operation.operation, args, execute, subscribe };
}
