/** How much callers may spend: pure. A unit is an object of an answer; a command costs ten. */
import { z } from 'zod';
import type { KnownViewer } from '../auth/viewer.ts';
import { limits } from '../limits.ts';

/** A token bucket: so much comes back each second, so much may be spent at once. */
export type RateLimit = {
  /** Units that come back each second. */
  readonly perSecond: number;
  /** Units that may be spent at once when nothing was spent for a while. */
  readonly burst: number;
};

/** Whose limit it is: a role of API keys, or members. */
export const rateHolders = ['OPERATOR', 'SERVICE', 'PARTNER', 'SCREEN', 'MEMBER'] as const;
export type RateHolder = (typeof rateHolders)[number];

const { ratePerSecondMax, rateBurstMax } = limits;

/** A limit as it is set. A burst of less than a second would refuse what the rate allows. */
export const rateLimit = z
  .object({
    perSecond: z.number().int().min(1).max(ratePerSecondMax, `must be 1 to ${ratePerSecondMax}`),
    burst: z.number().int().max(rateBurstMax, `must be at most ${rateBurstMax}`),
  })
  .refine(({ perSecond, burst }) => burst >= perSecond, {
    ...{ path: ['burst'], message: 'must be at least as much as perSecond' },
  });

/** What a program has set, of its own and for clients. */
export type RateSettings = {
  readonly holders: Readonly<Partial<Record<RateHolder, RateLimit>>>;
  /** By the client's name. */
  readonly clients: ReadonlyMap<string, RateLimit>;
};

export const noSettings: RateSettings = { holders: {}, clients: new Map() };

/** The limits of who has no other. */
export const defaultLimits: Readonly<Record<RateHolder, RateLimit>> = {
  OPERATOR: { perSecond: limits.rateOperatorPerSecond, burst: limits.rateOperatorBurst },
  SERVICE: { perSecond: limits.rateServicePerSecond, burst: limits.rateServiceBurst },
  PARTNER: { perSecond: limits.ratePartnerPerSecond, burst: limits.ratePartnerBurst },
  SCREEN: { perSecond: limits.rateScreenPerSecond, burst: limits.rateScreenBurst },
  MEMBER: { perSecond: limits.rateMemberPerSecond, burst: limits.rateMemberBurst },
};

/** A caller's limit: of the client, or else of the program for the role, or else the default. */
export function limitOf({ holders, clients }: RateSettings, viewer: KnownViewer): RateLimit {
  const client = viewer.kind === 'system' ? undefined : viewer.client;
  const ofClient = client === undefined ? undefined : clients.get(client);
  const holder = holderOf(viewer);
  return ofClient ?? holders[holder] ?? defaultLimits[holder];
}

function holderOf(viewer: KnownViewer): RateHolder {
  if (viewer.kind === 'member') return 'MEMBER';
  if (viewer.kind === 'system') return 'OPERATOR';
  return viewer.isPartner ? 'PARTNER' : viewer.role;
}

/** For so long, in milliseconds, a node may hold what it was lent. */
export const lifeOf = ({ perSecond, burst }: RateLimit): number =>
  Math.max(limits.rateLifeMsMin, (burst * 1000) / perSecond / limits.rateLifeShare);

/** What a node takes for itself at once. */
export const chunkOf = ({ burst }: RateLimit): number => Math.ceil(burst / limits.rateChunkShare);
