import { type ExecutionArgs, type GraphQLError, getOperationAST } from 'graphql';
import type { App } from '../app.ts';
import type { Viewer } from '../auth/viewer.ts';
import type { Context } from '../graphql/context.ts';
import { costOf, tooComplex, type Variables } from '../graphql/document-cost.ts';
import { toApiError } from '../graphql/errors.ts';
import type { Refused } from '../rate-limits/rate-limits.ts';
import type { Operation } from './operation.ts';

/** Asks for `extensions.cost` and the header fields of the rate limit, as a header or a parameter of a socket. */
export const COST_HEADER = 'x-tallymark-cost';

/** What others have asked for, too, and is made but once. */
export const SHARED_UNITS = 1;

/** What a request has paid so far: one that is tried in two ways pays once. */
export type Tab = { paid: number };

const tabs = new WeakMap<object, Tab>();

/** The tab of a request. */
export function tabOf(request: object): Tab {
  const tab = tabs.get(request) ?? { paid: 0 };
  tabs.set(request, tab);
  return tab;
}

/** Charges what is left to pay, or says why not; a promise only where Redis has to be asked. */
export function take(
  { rateLimits }: App,
  viewer: Viewer,
  units: number,
  tab: Tab,
): Refused | Promise<Refused> {
  const rest = units - tab.paid;
  if (rest <= 0) return undefined;
  const noted = (refused: Refused): Refused => {
    if (refused === undefined) tab.paid += rest;
    return refused;
  };
  const refused = rateLimits.take(viewer, rest);
  return refused instanceof Promise ? refused.then(noted) : noted(refused);
}

/**
 * Charges the caller of an operation; throws why not. A promise only where Redis has to be asked.
 * `isShared`: it is executed for others already.
 */
export function charge(
  { args, cost }: Operation,
  isShared = false,
  tab: Tab = { paid: 0 },
): Promise<void> | undefined {
  const { app, viewer } = args.contextValue as Context;
  const refused = take(app, viewer, isShared ? SHARED_UNITS : cost.units, tab);
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
  const { app, viewer, requestId, req } = args.contextValue as Context & { readonly req?: object };
  const operation = getOperationAST(document, operationName || null);
  if (!operation) return { units: 0, error: undefined }; // Yoga says so.
  const cost = costOf(schema, document, operation, variableValues as Variables);
  const { units } = cost;
  const tooMuch = tooComplex(cost);
  if (tooMuch !== undefined) return { units, error: tooMuch };
  const refused = await take(app, viewer, units, req === undefined ? { paid: 0 } : tabOf(req));
  return { units, error: refused && toApiError(refused, requestId, app.log) };
}
