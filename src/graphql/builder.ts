import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin, {
  AuthScopeFailureType,
  type ForbiddenResult,
} from '@pothos/plugin-scope-auth';
import { GraphQLError } from 'graphql';
import type PrismaTypes from '../generated/pothos-types.ts';
import { getDatamodel } from '../generated/pothos-types.ts';
import type { Context } from './context.ts';
import { relayDescriptions } from './relay-descriptions.ts';

/** Types of the one builder. */
export type SchemaTypes = {
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string | number | bigint };
    DateTime: { Input: Date; Output: Date | string };
    Date: { Input: string; Output: string | Date };
    SafeInt: { Input: number; Output: number | bigint };
    TimeZone: { Input: string; Output: string };
    JSON: { Input: never; Output: unknown };
  };
  AuthScopes: {
    /** Any valid credential but a partner's, which runs registered operations only. */
    known: boolean;
    /** May act for and read members: OPERATOR and SERVICE keys, members for themselves. */
    acts: boolean;
    /** OPERATOR and SERVICE keys. */
    service: boolean;
    /** OPERATOR keys. */
    operator: boolean;
  };
};

/** The caller is unknown, or may not do this. */
export function authorizationError(
  { viewer }: Pick<Context, 'viewer'>,
  scope?: string,
  /** What this caller may do instead, or what else is not for them. */
  hint?: string,
): GraphQLError {
  if (viewer.kind === 'anonymous') {
    return new GraphQLError('Send a valid API key or member token.', {
      extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } },
    });
  }
  if (viewer.kind === 'key' && viewer.role === 'PARTNER') {
    return new GraphQLError('A partner key runs registered operations only.', {
      extensions: { code: 'PERSISTED_QUERY_REQUIRED', http: { status: 403 } },
    });
  }
  const needed = scope === undefined ? undefined : neededFor[scope];
  const caller =
    viewer.kind === 'key'
      ? `${an(viewer.isPartner ? 'PARTNER' : viewer.role)} key`
      : 'a member token';
  const others = viewer.kind === 'member' ? OWN_ONLY : 'This credential may not do this.';
  const message =
    hint ?? (needed === undefined ? others : `This needs ${needed}; this is ${caller}.`);
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN', http: { status: 403 } } });
}

const OWN_ONLY = 'A member token may see only what is its own member’s.';

const an = (word: string) => `${/^[AEIOU]/.test(word) ? 'an' : 'a'} ${word}`;

/** Credentials by the scope that a field asks for. */
const neededFor: Readonly<Record<string, string>> = {
  operator: 'an OPERATOR key',
  service: 'an OPERATOR or a SERVICE key',
  acts: 'an OPERATOR key, a SERVICE key or a member token',
};

/** The scope that was missing. */
const scopeOf = ({ failure }: ForbiddenResult): string | undefined =>
  failure.kind === AuthScopeFailureType.AuthScope
    ? failure.scope
    : failure.kind === AuthScopeFailureType.AnyAuthScopes && 'failures' in failure
      ? failure.failures.map((one) => ('scope' in one ? String(one.scope) : undefined))[0]
      : undefined;

/** The one schema builder: plugins and defaults, no domain type. */
export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [ErrorsPlugin, ScopeAuthPlugin, RelayPlugin, PrismaPlugin],
  defaultFieldNullability: false,
  errors: { directResult: true },
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    nodeQueryOptions: false, // node.schema.ts has them, with auth scopes and a limit.
    nodesQueryOptions: false,
    ...relayDescriptions,
  },
  prisma: {
    client: ({ app }) => app.db,
    dmmf: getDatamodel(),
    exposeDescriptions: true,
    onUnusedQuery: 'error',
  },
  scopeAuth: {
    authorizeOnSubscribe: true,
    unauthorizedError: (_parent, context, _info, result) =>
      authorizationError(context, scopeOf(result)),
    authScopes: ({ viewer }) => {
      const role = viewer.kind === 'key' ? viewer.role : undefined;
      const member = viewer.kind === 'member';
      const service = role === 'OPERATOR' || role === 'SERVICE';
      return {
        known: member || (role !== undefined && role !== 'PARTNER'),
        acts: member || service,
        service,
        operator: role === 'OPERATOR',
      };
    },
  },
});

builder.queryType({
  description: 'Reads. Every field needs a credential; nothing of another program is ever found.',
});
builder.mutationType({
  description:
    'Writes. A domain "no" is a typed member of the result; the answer comes after the commit.',
});
builder.subscriptionType({
  description:
    'Live changes, over WebSocket (graphql-transport-ws) and SSE. First comes a snapshot.',
});
