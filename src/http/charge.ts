import { type ExecutionArgs, type GraphQLError, getOperationAST } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { costOf, tooComplex, type Variables } from '../graphql/document-cost.ts';
import { toApiError } from '../graphql/errors.ts';
import type { Refused } from '../rate-limits/rate-limits.ts';
import type { Operation } from './operation.ts';

/** Asks for `extensions.cost` and the header fields of the rate limit, as a header or a parameter of a socket. */
export const COST_HEADER = 'x-tallymark-cost';

/** What others have asked for, too, and is made but once. */
export const SHARED_UNITS = 1;

/**
 * Charges the caller of an operation; throws why not. A promise only where Redis has to be asked.
 * `isShared`: it is executed for others already.
 */
export function charge({ args, cost }: Operation, isShared = false): Promise<void> | undefined {
  const { app, viewer } = args.contextValue as Context;
  const refused = app.rateLimits.take(viewer, isShared ? SHARED_UNITS : cost.units);
  if (refused instanceof Promise) return refused.then(refuse);
  refuse(refused);
  return undefined;
}

function refuse(refused: Refused): void {
  if (refused !== undefined) throw refused;
}

/** The same for what Yoga executes: why it is not executed, and what it costs. */
export async function judgeCost(
  args: ExecutionArgs,
): Promise<{ readonly units: number; readonly error: GraphQLError | undefined }> {
  const { schema, document, operationName, variableValues } = args;
  const { app, viewer, requestId } = args.contextValue as Context;
  const operation = getOperationAST(document, operationName || null);
  if (!operation) return { units: 0, error: undefined }; // Yoga says so.
  const cost = costOf(schema, document, operation, variableValues as Variables);
  const { units } = cost;
  const tooMuch = tooComplex(cost);
  if (tooMuch !== undefined) return { units, error: tooMuch };
  const refused = await app.rateLimits.take(viewer, units);
  return { units, error: refused && toApiError(refused, requestId, app.log) };
}
