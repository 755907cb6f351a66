import { scopesOf } from '../auth/scopes.ts';
import { builder } from '../graphql/builder.ts';
import { ClientType } from '../graphql/refs.ts';
import type { ApiKeyShape } from './api-keys.ts';

export const ApiKeyRoleEnum = builder.enumType('ApiKeyRole', {
  description: 'What the bearer of an API key may do.',
  values: {
    OPERATOR: { description: 'Everything in its program.' },
    SERVICE: { description: 'Act for and read any member.' },
    PARTNER: { description: 'Run the operations that were registered for its client.' },
    SCREEN: { description: 'Read what is live: boards and challenges.' },
  },
});

export const ApiKeyScopeEnum = builder.enumType('ApiKeyScope', {
  description:
    'What an API key can be narrowed to, within its role. Every query, mutation and subscription ' +
    'belongs to one of them. SERVICE and PARTNER keys have READ, RECORD and REDEEM at most, ' +
    'SCREEN keys READ. What a command answers about its member is for whoever may send it.',
  values: {
    READ: { description: 'Queries and subscriptions.' },
    RECORD: {
      description:
        'What members do: enrolments and profiles, check-ins, activities and their returns, tasks, ' +
        'challenges.',
    },
    REDEEM: { description: 'Spending: orders, codes and holds.' },
    MANAGE: {
      description:
        'What operators set and correct: rules, rewards, boards, challenges, badges, points by ' +
        'hand, erasure, clients and their operations.',
    },
    KEYS: { description: 'Make, rotate and revoke API keys.' },
  },
});

export const ApiKeyType = builder.objectRef<ApiKeyShape>('ApiKey').implement({
  description:
    'A credential of the form `tm_<role>_<id>_<secret>`. Its secret was shown once and is not kept.',
  fields: (t) => ({
    id: t.exposeString('id', {
      description: 'The 16 hex digits in its middle; `Actor.id` of what was done with it.',
    }),
    role: t.expose('role', { type: ApiKeyRoleEnum, description: 'What it may do.' }),
    name: t.exposeString('name', { description: 'What it is for.' }),
    client: t.expose('client', {
      type: ClientType,
      nullable: true,
      description: 'The client that it belongs to; null: none.',
    }),
    scopes: t.field({
      type: [ApiKeyScopeEnum],
      description: 'What it has; of a key that is not narrowed, all that its role has.',
      resolve: (key) => [...scopesOf(key)],
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'It works until then; null: without an end.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked; null: it was not.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When it was last seen at work, up to an hour before it really was; null: never.',
    }),
    replaces: t.string({
      nullable: true,
      description: 'Id of the key that it succeeds; null: it was not made by rotateApiKey.',
      resolve: ({ replacesId }) => replacesId,
    }),
  }),
});
