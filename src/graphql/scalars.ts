import { Kind, type ValueNode } from 'graphql';
import { isLocalDate, isTimeZone, parseInstant } from '../platform/calendar.ts';
import { builder } from './builder.ts';

/** Not a GraphQLError: graphql-js then says where in the document or the variables it was. */
const refuse = (message: string) => new TypeError(message);

function stringOf(node: ValueNode, name: string): string {
  if (node.kind !== Kind.STRING) throw refuse(`${name} must be a string`);
  return node.value;
}

function instantOf(value: unknown): Date {
  const at = typeof value === 'string' ? parseInstant(value) : undefined;
  if (at !== undefined) return at;
  throw refuse(
    'DateTime must be an ISO 8601 instant with an offset, like 2026-03-29T08:00:00+02:00',
  );
}

builder.scalarType('DateTime', {
  description:
    'An instant, ISO 8601. Output is UTC with milliseconds; input needs an explicit offset or Z, ' +
    'years 1970 to 2100.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => (value instanceof Date ? value : new Date(String(value))).toISOString(),
  parseValue: instantOf,
  parseLiteral: (node) => instantOf(stringOf(node, 'DateTime')),
});

function dateOf(value: unknown): string {
  if (typeof value === 'string' && isLocalDate(value)) return value;
  throw refuse('Date must be a calendar date, like 2026-03-29');
}

builder.scalarType('Date', {
  description: 'A calendar date without a time, YYYY-MM-DD, in the time zone of the program.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/local-date.html',
  serialize: (value) => (value instanceof Date ? value.toISOString().slice(0, 10) : String(value)),
  parseValue: dateOf,
  parseLiteral: (node) => dateOf(stringOf(node, 'Date')),
});

function exactOf(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw refuse('SafeInt must be a whole number between −(2^53 − 1) and 2^53 − 1');
}

builder.scalarType('SafeInt', {
  description:
    'A whole number between −(2^53 − 1) and 2^53 − 1: exact in JSON and in JavaScript. ' +
    'Other numbers are refused, never rounded.',
  specifiedByURL: 'https://262.ecma-international.org/#sec-number.max_safe_integer',
  serialize: (value) => exactOf(typeof value === 'bigint' ? Number(value) : value),
  parseValue: exactOf,
  parseLiteral: (node) => {
    if (node.kind !== Kind.INT) throw refuse('SafeInt must be a whole number');
    return exactOf(Number(node.value));
  },
});

function zoneOf(value: unknown): string {
  if (typeof value === 'string' && isTimeZone(value)) return value;
  throw refuse('TimeZone must be an IANA time zone, like Europe/Rome');
}

builder.scalarType('TimeZone', {
  description: 'The name of an IANA time zone, such as Europe/Rome.',
  specifiedByURL: 'https://www.iana.org/time-zones',
  serialize: String,
  parseValue: zoneOf,
  parseLiteral: (node) => zoneOf(stringOf(node, 'TimeZone')),
});

const outputOnly = (): never => {
  throw refuse('JSON is only ever answered');
};

builder.scalarType('JSON', {
  description: 'A JSON value of any shape: what was stored, as it was stored. Only answered.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
  parseValue: outputOnly,
  parseLiteral: outputOnly,
});
