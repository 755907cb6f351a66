import type { App } from '../app.ts';
import { fetchKeys } from '../auth/fetch-keys.ts';
import {
  type ProviderInput,
  refreshIdentityProvider,
  removeIdentityProvider,
  setIdentityProvider,
} from '../auth/identity-provider.ts';
import type { IdentityProvider } from '../generated/prisma/client.ts';
import type { Output } from './output.ts';
import { CliProblem } from './problem.ts';
import { ACTOR, type Env, requireProgram, withApp } from './with-app.ts';

export type ProgramFlag = { readonly program: string };

export type SetProviderFlags = ProgramFlag & {
  readonly issuer: string;
  readonly jwks: string;
  readonly audience: string;
  readonly algorithms: ProviderInput['algorithms'];
  readonly memberClaim: string;
  readonly clientClaim?: string;
};

/** `tallymark identity-provider set`: whose tokens the program takes beside its own. */
export async function setProvider(
  env: Env,
  output: Output,
  { program, jwks: jwksUrl, clientClaim, ...flags }: SetProviderFlags,
): Promise<void> {
  const { issuer, audience, algorithms, memberClaim } = flags;
  const claims = { memberClaim, clientClaim: clientClaim ?? null };
  const given = { issuer, audience, algorithms, jwksUrl, ...claims };
  const provider = await forProgram(env, program, (app, viewer) =>
    setIdentityProvider(app, viewer, given),
  );
  await tryKeys(output, provider);
  show(output, program, provider);
}

/** `tallymark identity-provider show`. */
export async function showProvider(env: Env, output: Output, { program }: ProgramFlag) {
  const provider = await forProgram(env, program, ({ db }, { programId }) =>
    db.identityProvider.findUnique({ where: { programId } }),
  );
  const found = provider ?? missing(program);
  await tryKeys(output, found);
  show(output, program, found);
}

/** `tallymark identity-provider refresh`: every node fetches the keys anew. */
export async function refreshProvider(env: Env, output: Output, { program }: ProgramFlag) {
  const provider = await forProgram(env, program, refreshIdentityProvider);
  const found = provider ?? missing(program);
  await tryKeys(output, found);
  output.note('every node fetches the keys anew within 5 seconds');
  show(output, program, found);
}

/** `tallymark identity-provider remove`. */
export async function removeProvider(env: Env, output: Output, { program }: ProgramFlag) {
  const provider = await forProgram(env, program, removeIdentityProvider);
  const { issuer } = provider ?? missing(program);
  output.result({ program, issuer, removed: true }, [
    `tokens of ${issuer} are refused within 5 seconds`,
  ]);
}

type System = { readonly kind: 'system'; readonly programId: number; readonly name: string };

const forProgram = <T>(env: Env, key: string, work: (app: App, viewer: System) => Promise<T>) =>
  withApp(env, async (app) => {
    const { id: programId } = await requireProgram(app, key);
    return work(app, { kind: 'system', programId, name: ACTOR });
  });

function missing(program: string): never {
  throw new CliProblem(`program "${program}" trusts no identity provider`);
}

/** Says at once whether keys come from there: a typing error would show at the first token only. */
async function tryKeys(output: Output, { jwksUrl }: IdentityProvider): Promise<void> {
  try {
    const { size } = await fetchKeys(jwksUrl);
    output.note(`${jwksUrl} has ${size} keys for signatures`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    output.note(`no keys from ${jwksUrl} now: ${reason}`);
  }
}

function show(output: Output, program: string, provider: IdentityProvider): void {
  const { issuer, audience, jwksUrl, algorithms, memberClaim, clientClaim } = provider;
  const settings = { issuer, audience, jwksUrl, algorithms, memberClaim, clientClaim };
  output.result({ program, ...settings }, [
    `issuer        ${issuer}`,
    `audience      ${audience}`,
    `keys          ${jwksUrl}`,
    `algorithms    ${algorithms.join(', ')}`,
    `member claim  ${memberClaim}`,
    `client claim  ${clientClaim ?? 'none'}`,
  ]);
}
