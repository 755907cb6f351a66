import { z } from 'zod';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { cursorCodec, instantPlace, pageOf } from '../graphql/paging.ts';
import { limits } from '../limits.ts';
import { listApiKeys, type MadeKey } from './api-keys.ts';
import { createApiKey, createApiKeyRefusals } from './create-api-key.ts';
import { ApiKeyRoleEnum, ApiKeyScopeEnum, ApiKeyType } from './key-types.schema.ts';
import { type RevokedKey, revokeApiKey, revokeApiKeyRefusals } from './revoke-api-key.ts';
import { type RotatedKey, rotateApiKey, rotateApiKeyRefusals } from './rotate-api-key.ts';

const secretText =
  'The whole key, `tm_<role>_<id>_<secret>`: shown only now. Who loses it makes another.';

const CreatePayload = builder.objectRef<MadeKey>('CreateApiKeyPayload').implement({
  description: 'The key is made, and works at once.',
  fields: (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKeyType, description: 'The key as lists show it.' }),
    secretKey: t.exposeString('text', { description: secretText }),
  }),
});

const RotatePayload = builder.objectRef<RotatedKey>('RotateApiKeyPayload').implement({
  description: 'The successor works at once; the old key goes on working until it ends.',
  fields: (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKeyType, description: 'The successor.' }),
    secretKey: t.exposeString('text', { description: secretText }),
    replaced: t.expose('replaced', {
      type: ApiKeyType,
      description: 'The old key; its `expiresAt` is when it ends.',
    }),
  }),
});

const RevokePayload = builder.objectRef<RevokedKey>('RevokeApiKeyPayload').implement({
  description: 'Within five seconds no node takes the key, and what it had opened is closed.',
  fields: (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKeyType, description: 'The key as it is now.' }),
    alreadyRevoked: t.exposeBoolean('alreadyRevoked', {
      description: 'True: it was revoked before, and nothing was changed.',
    }),
  }),
});

const CreateInput = builder.inputType('CreateApiKeyInput', {
  description: 'Input of createApiKey.',
  fields: (t) => ({
    role: t.field({ type: ApiKeyRoleEnum, required: true, description: 'What it may do.' }),
    name: t.string({ required: true, description: 'What it is for: 1 to 500 characters.' }),
    client: t.string({
      description: 'Name of the client that it belongs to; PARTNER keys run nothing without one.',
    }),
    scopes: t.field({
      type: [ApiKeyScopeEnum],
      description: 'What it is narrowed to; all that its role has when absent.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'It works until then; without an end when absent.',
    }),
  }),
});

const keyIdText = 'The 16 hex digits in its middle, as `ApiKey.id`; never the whole key.';

const RotateInput = builder.inputType('RotateApiKeyInput', {
  description: 'Input of rotateApiKey.',
  fields: (t) => ({
    keyId: t.string({ required: true, description: keyIdText }),
    endsAt: t.field({
      type: 'DateTime',
      description:
        `When the old key ends, within ${limits.apiKeyOverlapMsMax / 86_400_000} days; in 24 hours ` +
        'when absent, and no later than it would have.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When the successor ends; when absent it lives as long as the old one was to.',
    }),
  }),
});

const RevokeInput = builder.inputType('RevokeApiKeyInput', {
  description: 'Input of revokeApiKey.',
  fields: (t) => ({ keyId: t.string({ required: true, description: keyIdText }) }),
});

const place = z.tuple([instantPlace, z.string().max(100)]);
const keysCursor = cursorCodec('apiKeys', place);

builder.queryField('apiKeys', (t) =>
  t.connection(
    {
      type: ApiKeyType,
      description:
        'The API keys of the program, oldest first, with those that ended; never their secrets. ' +
        'For OPERATOR keys.',
      authScopes: { operator: true },
      args: {
        inUse: t.arg.boolean({
          description: 'True: only those that work; false: only those that ended.',
        }),
      },
      resolve: (_root, { inUse, ...args }, { app, viewer }) => {
        const filter = { programId: known(viewer).programId, inUse: inUse ?? undefined };
        return pageOf(
          args,
          keysCursor,
          (range) => listApiKeys(app.db, filter, app.clock.now(), range),
          ({ createdAt, id }): [string, string] => [createdAt.toISOString(), id],
        );
      },
    },
    { description: 'A page of API keys.' },
    { description: 'An API key in a page.' },
  ),
);

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: CreatePayload,
    nullable: true,
    description:
      'Makes an API key and answers it, this once. Nobody gives a key more scopes than they have. ' +
      'Not repeatable: a lost answer leaves a key to revoke. For OPERATOR keys.',
    authScopes: { operator: true },
    args: { input: t.arg({ type: CreateInput, required: true, description: 'What it is to be.' }) },
    errors: {
      types: createApiKeyRefusals,
      union: { name: 'CreateApiKeyResult', description: 'What createApiKey answers.' },
    },
    resolve: (_root, { input }, { app, viewer }) =>
      createApiKey(app, known(viewer), withoutNulls(input)),
  }),
  rotateApiKey: t.field({
    type: RotatePayload,
    nullable: true,
    description:
      'Makes a successor with the role, name, client and scopes of a key; both work until the old ' +
      'one ends, which its open sockets do with it. For OPERATOR keys.',
    authScopes: { operator: true },
    args: { input: t.arg({ type: RotateInput, required: true, description: 'Which, and when.' }) },
    errors: {
      types: rotateApiKeyRefusals,
      union: { name: 'RotateApiKeyResult', description: 'What rotateApiKey answers.' },
    },
    resolve: (_root, { input }, { app, viewer }) =>
      rotateApiKey(app, known(viewer), withoutNulls(input)),
  }),
  revokeApiKey: t.field({
    type: RevokePayload,
    nullable: true,
    description: 'Ends an API key for good, on every node within five seconds. For OPERATOR keys.',
    authScopes: { operator: true },
    args: { input: t.arg({ type: RevokeInput, required: true, description: 'Which.' }) },
    errors: {
      types: revokeApiKeyRefusals,
      union: { name: 'RevokeApiKeyResult', description: 'What revokeApiKey answers.' },
    },
    resolve: (_root, { input }, { app, viewer }) => revokeApiKey(app, known(viewer), input),
  }),
}));
