/** API keys as operators make and end them, through the API. */
import { expect } from 'vitest';
import type { TestApp } from '../support/app.ts';

const key = `id role name scopes createdAt expiresAt revokedAt lastUsedAt replaces client { name }`;

const bounds = `... on ApiKeyLimitReached { limit } ... on ApiKeyScopesExceeded { missing }`;

const documents = {
  createApiKey: `${bounds} ... on CreateApiKeyPayload { secretKey apiKey { ${key} } }`,
  rotateApiKey: `${bounds} ... on RotateApiKeyPayload { secretKey apiKey { ${key} } replaced { ${key} } }
    ... on ApiKeyEnded { endedAt } ... on ApiKeyRotated { replacedBy }`,
  revokeApiKey: `... on RevokeApiKeyPayload { alreadyRevoked apiKey { ${key} } }`,
};

export type KeyCommand = keyof typeof documents;

/** Sends a command; answers whatever came. */
export const send = (test: TestApp, credential: string, name: KeyCommand, input: object) => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { __typename
    ${documents[name]} ... on Refusal { code message } } }`;
  return test.ask(credential, document, { input });
};

/** Sends a command that must be answered with a payload or a refusal. */
export async function run(test: TestApp, credential: string, name: KeyCommand, input: object) {
  const { data, errors } = await send(test, credential, name, input);
  expect(errors).toBeUndefined();
  return data[name];
}

/** The keys of the caller's program. */
export async function listed(test: TestApp, credential: string, args = '(first: 100)') {
  const { data, errors } = await test.ask(
    credential,
    `{ apiKeys${args} { edges { cursor node { ${key} } } pageInfo { hasNextPage } } }`,
  );
  expect(errors).toBeUndefined();
  return data.apiKeys;
}

export const statusOf = async (test: TestApp, credential: string): Promise<number> =>
  (await test.ask(credential, '{ program { key } }')).status;

/** What was changed, newest first. */
export async function audits(test: TestApp, credential: string) {
  const { data } = await test.ask(
    credential,
    '{ audit(first: 20) { edges { node { action target before after actor { name } } } } }',
  );
  return data.audit.edges.map(({ node }: { node: object }) => node);
}
