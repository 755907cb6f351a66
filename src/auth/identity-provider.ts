/**
 * The identity provider whose tokens a program takes beside its own. Set at the command line only:
 * the address is fetched by our servers, and an issuer with an audience is one program's of all.
 */
import { z } from 'zod';
import { shortText } from '../engine/inputs.ts';
import type { IdentityProvider } from '../generated/prisma/client.ts';
import { InputError, parseOrRefuse } from '../platform/refusal.ts';
import {
  auditChange,
  changeSettings,
  type SettingsChange,
  type SettingsTools,
} from '../programs/change-settings.ts';
import { bumpConfig } from '../rules/change.ts';
import { ISSUER } from './member-token.ts';
import type { KnownViewer } from './viewer.ts';

/** Signatures that public keys can check. Never `none`, never HS*: RFC 8725. */
export const providerAlgorithms = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
] as const;

const URL_CHARACTERS_MAX = 2_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Nobody on the way may put in keys of their own: https, or within this machine. */
function isKeysUrl(text: string): boolean {
  if (text.length > URL_CHARACTERS_MAX || !URL.canParse(text)) return false;
  const { protocol, hostname, username, password, hash } = new URL(text);
  if (`${username}${password}${hash}` !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

const input = z.object({
  issuer: shortText.refine((text) => text !== ISSUER, 'is that of the program’s own tokens'),
  audience: shortText,
  jwksUrl: z
    .string()
    .refine(isKeysUrl, 'must be an https address without credentials; http on this machine only'),
  algorithms: z.array(z.enum(providerAlgorithms)).min(1, 'must not be empty').max(11),
  memberClaim: shortText,
  clientClaim: shortText.nullable(),
});

export type ProviderInput = z.input<typeof input>;

const TARGET = 'identityProvider';

/** Has the program trust this provider, instead of the one before; on every node within 5 s. */
export async function setIdentityProvider(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: ProviderInput,
): Promise<IdentityProvider> {
  const { algorithms, ...settings } = parseOrRefuse(input, raw);
  const given = { ...settings, algorithms: [...new Set(algorithms)] };
  try {
    return await changeSettings(tools, viewer, async (change) => {
      const before = await present(change);
      const data = { ...given, revision: await nextRevision(change), changedAt: change.now };
      const { programId } = change;
      const where = { programId };
      const create = { programId, ...data };
      const after = await change.tx.identityProvider.upsert({ where, create, update: data });
      await auditChange(change, 'setIdentityProvider', TARGET, before && shown(before), given);
      return after;
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'P2002') throw error;
    throw new InputError('audience', 'another program takes tokens of this issuer for it');
  }
}

/** Has every node fetch the provider's keys anew within 5 s, as after a key was stolen there. */
export const refreshIdentityProvider = (tools: SettingsTools, viewer: KnownViewer) =>
  changeSettings(tools, viewer, async (change) => {
    const before = await present(change);
    if (before === undefined) return undefined;
    const data = { revision: await nextRevision(change) };
    const after = await change.tx.identityProvider.update({
      where: { programId: change.programId },
      data,
    });
    await auditChange(change, 'refreshIdentityProvider', TARGET, undefined, shown(after));
    return after;
  });

/** Ends the trust: tokens of the provider are refused within 5 s, and what they opened is closed. */
export const removeIdentityProvider = (tools: SettingsTools, viewer: KnownViewer) =>
  changeSettings(tools, viewer, async (change) => {
    const before = await present(change);
    if (before === undefined) return undefined;
    await change.tx.identityProvider.delete({ where: { programId: change.programId } });
    await auditChange(change, 'removeIdentityProvider', TARGET, shown(before), {});
    return before;
  });

const present = async ({ tx, programId }: SettingsChange): Promise<IdentityProvider | undefined> =>
  (await tx.identityProvider.findUnique({ where: { programId } })) ?? undefined;

/** Grows for ever, also when a provider is removed and set again: nodes compare. */
const nextRevision = async (change: SettingsChange): Promise<bigint> =>
  (await bumpConfig(change)).configVersion;

const shown = (provider: IdentityProvider) => {
  const { issuer, audience, jwksUrl, algorithms, memberClaim, clientClaim } = provider;
  return { issuer, audience, jwksUrl, algorithms, memberClaim, clientClaim };
};
