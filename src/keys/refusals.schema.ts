import { builder } from '../graphql/builder.ts';
import { refusalInterfaces as interfaces } from '../graphql/refusal-interface.ts';
import { ApiKeyScopeEnum } from './key-types.schema.ts';
import {
  ApiKeyEnded,
  ApiKeyLimitReached,
  ApiKeyNotFound,
  ApiKeyRotated,
  ApiKeyScopesExceeded,
} from './keys.refusals.ts';

builder.objectType(ApiKeyNotFound, {
  name: 'ApiKeyNotFound',
  description: 'The program has no such API key.',
  interfaces,
});

builder.objectType(ApiKeyEnded, {
  name: 'ApiKeyEnded',
  description: 'The key was revoked, or is over: it can have no successor.',
  interfaces,
  fields: (t) => ({
    endedAt: t.expose('endedAt', { type: 'DateTime', description: 'When it ended.' }),
  }),
});

builder.objectType(ApiKeyRotated, {
  name: 'ApiKeyRotated',
  description: 'The key was rotated before, and its successor works.',
  interfaces,
  fields: (t) => ({
    replacedBy: t.exposeString('replacedBy', { description: 'Id of the successor.' }),
  }),
});

builder.objectType(ApiKeyLimitReached, {
  name: 'ApiKeyLimitReached',
  description: 'So many keys of the program work that there is no room for another.',
  interfaces,
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'How many may work at once.' }),
  }),
});

builder.objectType(ApiKeyScopesExceeded, {
  name: 'ApiKeyScopesExceeded',
  description: 'The key would have scopes that the caller’s own has not.',
  interfaces,
  fields: (t) => ({
    missing: t.field({
      type: [ApiKeyScopeEnum],
      description: 'Those that the caller does not have.',
      resolve: ({ missing }) => [...missing],
    }),
  }),
});
