/** Clients and operations, as tests register and use them. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { App } from '../../src/app.ts';
import { insertApiKey } from '../../src/auth/api-key.ts';
import { signMemberToken } from '../../src/auth/member-token.ts';
import type { ApiKeyRole } from '../../src/auth/viewer.ts';
import type { TestApp, TestProgram } from '../support/app.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A manifest as Relay and graphql-codegen write it. */
export const manifestOf = (...texts: string[]): string =>
  JSON.stringify(Object.fromEntries(texts.map((text) => [sha256(text), text])));

const pushDocument = `mutation ($input: PushOperationsInput!) { pushOperations(input: $input) {
  ... on PushOperationsPayload { client { name mode costMax } created added restored unchanged }
  ... on ManifestNotValid { problems { documentId message } problemCount }
  ... on Refusal { code message } } }`;

/** Asks as the operator; answers the payload or the refusal. */
export async function command(
  test: TestApp,
  program: TestProgram,
  document: string,
  input: object,
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
): Promise<any> {
  const { data, errors } = await test.ask(program.keys.operator, document, { input });
  expect(errors).toBeUndefined();
  return Object.values(data)[0];
}

export const push = (test: TestApp, program: TestProgram, client: string, manifest: string) =>
  command(test, program, pushDocument, { client, manifest });

export const retire = (
  test: TestApp,
  program: TestProgram,
  client: string,
  documentIds: readonly string[],
  at?: string,
) =>
  command(
    test,
    program,
    `mutation ($input: RetireOperationsInput!) { retireOperations(input: $input) {
       ... on RetireOperationsPayload { client { name } retired retiresAt }
       ... on OperationNotFound { documentIds } ... on Refusal { code message } } }`,
    { client, documentIds, at },
  );

export const setMode = (
  test: TestApp,
  program: TestProgram,
  client: string,
  mode: string,
  more: { readonly costMax?: number | null } = {},
) =>
  command(
    test,
    program,
    `mutation ($input: SetClientModeInput!) { setClientMode(input: $input) {
       ... on SetClientModePayload { client { name mode costMax } } ... on Refusal { code message } } }`,
    { client, mode, ...more },
  );

/** A key that belongs to a client. */
export async function clientKey(
  app: App,
  { id: programId }: TestProgram,
  role: ApiKeyRole,
  name: string,
): Promise<string> {
  const client = await app.db.client.findUniqueOrThrow({
    where: { programId_name: { programId, name } },
  });
  const key = { programId, role, name, clientId: client.id };
  return (await insertApiKey(app.db, key, app.clock.now())).text;
}

/** A member's token that names a client. */
export async function clientToken(
  app: App,
  { id, key }: TestProgram,
  externalId: string,
  client: string,
): Promise<string> {
  const { tokenSecret } = await app.db.program.findUniqueOrThrow({ where: { id } });
  const issuedAt = app.clock.now();
  const expiresAt = new Date(issuedAt.getTime() + 3_600_000);
  const claims = { programKey: key, externalId, issuedAt, expiresAt, client };
  return signMemberToken(claims, tokenSecret);
}
