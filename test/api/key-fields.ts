/** Root fields and mutations of API keys, as the tests of every root field ask them. */
import type { Mutation } from './bad-reward-mutations.ts';
import { badInstants, badKeys, badShortTexts } from './bad-values.ts';
import { type Field, refusal } from './root-field.ts';

const shown = 'apiKey { id name role scopes client { name } }';

export const keyFields: Readonly<Record<string, Field>> = {
  'Query.apiKeys': {
    scope: 'operator',
    operations: () => [
      '{ apiKeys { edges { node { id name client { name } } } } }',
      '{ apiKeys(inUse: false) { edges { node { id } } } }',
    ],
  },
  'Mutation.createApiKey': {
    scope: 'operator',
    operations: () => [
      `mutation { createApiKey(input: {role: SCREEN, name: "hall", client: "nobody"}) {
         ... on CreateApiKeyPayload { ${shown} } ${refusal} } }`,
    ],
  },
  'Mutation.rotateApiKey': {
    scope: 'operator',
    operations: ({ apiKey }) => [
      `mutation { rotateApiKey(input: {keyId: "${apiKey}"}) {
         ... on RotateApiKeyPayload { ${shown} } ... on ApiKeyRotated { replacedBy } ${refusal} } }`,
    ],
  },
  'Mutation.revokeApiKey': {
    scope: 'operator',
    operations: ({ apiKey }) => [
      `mutation { revokeApiKey(input: {keyId: "${apiKey}"}) {
         ... on RevokeApiKeyPayload { ${shown} } ${refusal} } }`,
    ],
  },
};

const keyIds = ['', '0', 'f'.repeat(15), 'f'.repeat(17), 'F'.repeat(16), "a' or 'a'='a", null, 1];
const past = '2000-01-01T00:00:00Z';
/** A whole key is no id: what is sent as one would lie in logs. */
const wholeKey = `tm_service_${'f'.repeat(16)}_${'A'.repeat(43)}`;

/** Mutations of API keys. */
export const badKeyMutations = (): Record<string, Mutation> => ({
  createApiKey: {
    input: () => ({ role: 'SERVICE', name: 'till', client: 'nobody' }),
    bad: {
      role: ['NOPE', '', 1, {}, [], null, 'service'],
      name: [...badShortTexts, null],
      client: badKeys,
      scopes: [[], ['NOPE'], ['MANAGE'], ['READ', 'KEYS'], [null], Array(6).fill('READ'), 1, {}],
      expiresAt: [...badInstants, past],
    },
  },
  rotateApiKey: {
    input: () => ({ keyId: 'f'.repeat(16) }),
    bad: {
      keyId: [...keyIds, wholeKey],
      endsAt: badInstants,
      expiresAt: badInstants,
    },
  },
  revokeApiKey: {
    input: () => ({ keyId: 'f'.repeat(16) }),
    bad: { keyId: [...keyIds, wholeKey] },
  },
});
