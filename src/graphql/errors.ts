import { PothosValidationError } from '@pothos/core';
import {
  type ExecutionResult,
  GraphQLError,
  type GraphQLErrorExtensions,
  type GraphQLFormattedError,
} from 'graphql';
import { Unauthenticated } from '../auth/authenticate.ts';
import { limits } from '../limits.ts';
import { OperationNotServed } from '../operations/not-served.ts';
import { classifyFault } from '../platform/conflicts.ts';
import type { Log } from '../platform/log.ts';
import { IdempotencyKeyReused, InputError, Unavailable } from '../platform/refusal.ts';
import { rateHeaders } from '../rate-limits/headers.ts';
import { RateLimited, TooCostly } from '../rate-limits/rate-limited.ts';
import { wrongInput } from './input-errors.ts';

/** The published codes of `errors[].extensions.code` (docs/errors.md). */
export type ErrorCode =
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'OPERATION_RESOLUTION_FAILURE'
  | 'BAD_USER_INPUT'
  | 'BAD_REQUEST'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'PERSISTED_QUERY_REQUIRED'
  | 'PERSISTED_QUERY_RETIRED'
  | 'QUERY_TOO_COMPLEX'
  | 'RATE_LIMITED'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'SUBSCRIPTION_LIMIT'
  | 'SERVICE_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

const RETRY_AFTER_MS = 1000;

/** An error as clients see it: a stable code, a short message, nothing else of ours. */
export function apiError(
  code: ErrorCode,
  message: string,
  extensions: GraphQLErrorExtensions = {},
  at?: GraphQLError,
): GraphQLError {
  return new GraphQLError(
    message.length > limits.echoCharactersMax ? shortened(message) : message,
    {
      ...(at && locationOf(at)),
      extensions: { code, ...extensions },
    },
  );
}

/** Says what is wrong without repeating more of a request than a name. */
function shortened(message: string): string {
  const { echoCharactersMax: echo, errorCharactersMax: max } = limits;
  const text = message
    .slice(0, 10 * max)
    .replace(/ got invalid value (.*?)(?=; | at ")/s, (all, value: string) =>
      value.length > echo ? ' got an invalid value' : all,
    )
    .replace(/"[^"]*"?/g, (quoted) =>
      quoted.length > echo ? `${quoted.slice(0, echo / 2)}…"` : quoted,
    )
    .replace(/\S+/g, (word) => (word.length > echo ? `${word.slice(0, echo / 2)}…` : word));
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}

const unavailable = (message: string, at?: GraphQLError) =>
  apiError(
    'SERVICE_UNAVAILABLE',
    message,
    { retryAfterMs: RETRY_AFTER_MS, http: { status: 503 } },
    at,
  );

function rateLimited(refused: RateLimited, at?: GraphQLError): GraphQLError {
  const { message, retryAfterMs, limit, remaining } = refused;
  const headers = {
    'Retry-After': String(Math.ceil(retryAfterMs / 1000)),
    ...rateHeaders({
      ...{ limit: limit.burst, remaining },
      resetMs: ((limit.burst - remaining) * 1000) / limit.perSecond,
    }),
  };
  return apiError('RATE_LIMITED', message, { retryAfterMs, http: { status: 429, headers } }, at);
}

/** A result with its errors as clients may see them, and not too many. */
export function codedResult(result: ExecutionResult, requestId: string, log: Log): ExecutionResult {
  if (result.errors === undefined) return result;
  const errors = result.errors.slice(0, limits.errorsMax);
  return { ...result, errors: errors.map((error) => toApiError(error, requestId, log)) };
}

/** Turns whatever was thrown into what clients may see; a fault is logged and masked. */
export function toApiError(error: unknown, requestId: string, log: Log): GraphQLError {
  const wrapped = error instanceof GraphQLError ? error : undefined;
  const variable = wrapped && wrongInput(wrapped);
  if (variable !== undefined) {
    const http = { spec: true, status: 400 }; // Nothing was executed: the request is wrong.
    return apiError('BAD_USER_INPUT', wrapped?.message ?? '', { field: variable, http }, wrapped);
  }
  const cause = wrapped === undefined ? error : (wrapped.originalError ?? wrapped);
  if (cause instanceof InputError) {
    return apiError('BAD_USER_INPUT', cause.message, { field: cause.field }, wrapped);
  }
  if (cause instanceof IdempotencyKeyReused) {
    return apiError('IDEMPOTENCY_KEY_REUSED', cause.message, {}, wrapped);
  }
  if (cause instanceof Unauthenticated) {
    return apiError('UNAUTHENTICATED', cause.message, { http: { status: 401 } }, wrapped);
  }
  if (cause instanceof OperationNotServed) {
    const { code, details, status } = cause;
    return apiError(code, cause.message, { ...details, http: { status } }, wrapped);
  }
  if (cause instanceof RateLimited) return rateLimited(cause, wrapped);
  if (cause instanceof TooCostly) {
    const { cost, limit } = cause;
    return apiError(
      'QUERY_TOO_COMPLEX',
      cause.message,
      { cost, limit, http: { status: 403 } },
      wrapped,
    );
  }
  if (cause instanceof Unavailable) return unavailable(cause.message, wrapped);
  if (cause instanceof PothosValidationError) {
    return apiError('BAD_USER_INPUT', cause.message, {}, wrapped);
  }
  if (cause instanceof GraphQLError && isExpected(cause)) return expectedError(cause, wrapped);
  const kind = classifyFault(cause);
  if (kind === 'unavailable' || kind === 'conflict') {
    log.warn({ err: cause, requestId }, 'database unavailable');
    return unavailable('the database does not answer; try again', wrapped);
  }
  log.error({ err: cause, requestId }, 'request failed');
  return apiError('INTERNAL_SERVER_ERROR', 'Something went wrong.', { requestId }, wrapped);
}

/** Thrown on purpose, by us or by graphql-js about the input, and not around another error. */
const isExpected = (error: GraphQLError) =>
  error.originalError === undefined || error.originalError instanceof GraphQLError;

/** An error of graphql-js or Yoga, or one of ours that says all itself. */
function expectedError(cause: GraphQLError, wrapped: GraphQLError | undefined): GraphQLError {
  const field = wrongInput(cause);
  // Errors of graphql-js carry no code: it found a variable or an argument wrong. On Yoga's hangs
  // the parser's own error, which repeats the whole body.
  const { code = 'BAD_USER_INPUT', originalError, ...extensions } = cause.extensions;
  // Broken JSON is a bad request in every media type.
  const http = code === 'BAD_REQUEST' ? { http: { ...extensions.http, spec: false } } : {};
  const more = { ...extensions, ...http, ...(field !== undefined && { field }) };
  return apiError(code as ErrorCode, cause.message, more, wrapped);
}

/** Errors for a door without HTTP: the status they would have there is left out. */
export const withoutHttp = (errors: readonly GraphQLError[]): GraphQLFormattedError[] =>
  errors.map((error) => {
    const { http, ...extensions } = error.extensions;
    return { ...error.toJSON(), extensions };
  });

const locationOf = ({ nodes, source, positions, path }: GraphQLError) => ({
  ...(nodes && { nodes }),
  ...(source && { source, positions }),
  ...(path && { path }),
});
