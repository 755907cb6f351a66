/**
 * Checks that nobody was awarded a badge, but by hand, for what they never came to. Who had it and
 * has given back what earned it keeps it (ADR 18): what may be taken back is asked of all that ever
 * was. Places in seasons and challenges are final.
 */
import { type BadgeVersion, kindOf } from '../badges/badge-book.ts';
import { askedOf, findEarned } from '../badges/reached.ts';
import type { PoolClient } from '../platform/db.ts';
import { type ProgramConfig, ProgramConfigs } from '../programs/config.ts';
import { badgeTarget } from '../rules/badge-definition.ts';
import {
  findFinished,
  findRanked,
  loadEarnedAwards,
  loadEverMet,
  type PlaceAsked,
} from './badges.sql.ts';
import type { Finding } from './difference.ts';
import { findConfigVersion } from './tasks.sql.ts';

type Award = {
  readonly memberId: number;
  readonly badge: BadgeVersion;
  readonly source: string;
};
type Found = { readonly memberId: number; readonly finding: Finding };

/** The first award of these members whose badge was never earned. */
export async function findBadgeDifference(
  client: PoolClient,
  programId: number,
  memberIds: readonly number[],
): Promise<Found | undefined> {
  const rows = await loadEarnedAwards(client, memberIds);
  if (rows.length === 0) return undefined;
  const version = await findConfigVersion(client, programId);
  const configs = await new ProgramConfigs().current(client, new Map([[programId, version]]));
  const program = configs.get(programId);
  if (program === undefined) return undefined;
  const awards: Award[] = [];
  for (const { memberId, ruleId, version: number, source } of rows) {
    const badge = program.badges.find((one) => one.ruleId === ruleId && one.version === number);
    if (badge === undefined) return { memberId, finding: missing(`badge ${ruleId}`, 'a version') };
    awards.push({ memberId, badge, source });
  }
  return (
    (await findUnearned(client, program, awards)) ??
    (await findUnmet(client, program, awards)) ??
    findUnplaced(client, program, awards)
  );
}

const missing = (what: string, expected: string): Finding => ({ what, expected, found: 'none' });
const unearned = ({ memberId, badge }: Award, met?: number): Found => {
  const what = `award of ${badge.name}`;
  const expected = String(badgeTarget(badge.definition.criterion));
  return {
    memberId,
    finding: met === undefined ? missing(what, expected) : { what, expected, found: String(met) },
  };
};
const ofKinds = (awards: readonly Award[], kinds: readonly string[]) =>
  awards.filter(({ badge }) => kinds.includes(kindOf(badge)));

/** Days with a check-in stay: what they earned can be found again. */
async function findUnearned(client: PoolClient, program: ProgramConfig, awards: readonly Award[]) {
  const asked = ofKinds(awards, ['checkIns', 'streak']);
  const candidates = asked.map((award) => ({ position: null, ...award }));
  const earned = await findEarned(client, program, candidates, (badge, memberId) => ({
    ...askedOf(program, badge, memberId),
    until: 'infinity', // A fact of a moment ahead may have come just before the badge ended.
  }));
  const names = new Set(earned.map(({ memberId, badge }) => `${memberId}/${badge.ruleId}`));
  const wrong = asked.find(({ memberId, badge }) => !names.has(`${memberId}/${badge.ruleId}`));
  return wrong && unearned(wrong);
}

/** What may be taken back was there once. */
async function findUnmet(client: PoolClient, program: ProgramConfig, awards: readonly Award[]) {
  const asked = ofKinds(awards, ['points', 'task', 'activities']);
  if (asked.length === 0) return undefined;
  const rows = await loadEverMet(
    client,
    asked.map(({ memberId, badge }) => ({
      ...{ memberId, kind: kindOf(badge) },
      ruleId: askedOf(program, badge, memberId).ruleId,
    })),
  );
  for (const { place, met } of rows) {
    const award = asked[place - 1];
    if (award === undefined) continue;
    if (met < badgeTarget(award.badge.definition.criterion)) return unearned(award, met);
  }
  return undefined;
}

/** Places are final: each is the one that the award names. */
async function findUnplaced(client: PoolClient, program: ProgramConfig, awards: readonly Award[]) {
  for (const [kind, find] of [
    ['season', findRanked],
    ['challenge', findFinished],
  ] as const) {
    const asked = ofKinds(awards, [kind]);
    if (asked.length === 0) continue;
    const rows = await find(client, program.id, asked.map(placeOf));
    const placed = new Set(rows.map(({ place }) => place));
    const wrong = asked.find((_award, index) => !placed.has(index + 1));
    if (wrong !== undefined) return unearned(wrong);
  }
  return undefined;
}

function placeOf({ memberId, badge, source }: Award): PlaceAsked {
  const { criterion } = badge.definition;
  const id = Number(/^(?:SEASON|CHALLENGE):(\d+)$/.exec(source)?.[1] ?? 0);
  if ('season' in criterion) {
    const { leaderboard: key, top } = criterion.season;
    return { memberId, id, key, top };
  }
  const { key = null, ...place } = 'challenge' in criterion ? criterion.challenge : {};
  return { memberId, id, key, top: 'top' in place ? place.top : null };
}
