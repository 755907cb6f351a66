import DataLoader from 'dataloader';
import { loadKeyNames } from '../auth/keys.sql.ts';
import {
  type CountAsked,
  countFacts,
  loadAwards,
  type StoredAward,
} from '../badges/badge-reads.sql.ts';
import { type ChallengeShape, loadChallenges } from '../challenges/challenge-reads.sql.ts';
import {
  loadTeams,
  type PlaceAsked,
  placesOfTeams,
  type TeamShape,
  type TeamStanding,
  teamsOfViewers,
} from '../challenges/roster-reads.sql.ts';
import { loadEarnedDays, loadPending, type PendingPoints } from '../engine/history.sql.ts';
import type { MemberState, RedemptionChangeRow } from '../engine/rows.ts';
import type { Reward } from '../generated/prisma/client.ts';
import { type HoldShape, type HoldsKey, loadHolds } from '../holds/holds.sql.ts';
import { limits } from '../limits.ts';
import { findMember, loadMembers } from '../members/members.sql.ts';
import { earlier } from '../platform/calendar.ts';
import type { Pool, PrismaClient } from '../platform/db.ts';
import { groupBy } from '../platform/lists.ts';
import type { EarnedDay } from '../points/counters.ts';
import {
  type Activating,
  type Expiring,
  type ExpiringKey,
  type GivenNotice,
  loadActivating,
  loadExpiring,
  loadNoticesGiven,
  loadPointsByState,
  type MembersFirst,
  type PointsByState,
} from '../points/points.sql.ts';
import { loadChanges, loadCodes, type OrderCode } from '../redemptions/redemptions.sql.ts';
import { loadOffers, type MemberReads, type OfferWanted } from '../rewards/load-offers.ts';
import type { Offer } from '../rewards/offer.ts';
import type { ShopperTools } from '../rewards/shopper.ts';
import { loadTasks, type StoredTask } from '../tasks/task-reads.sql.ts';

/**
 * Loaders batch the reads of one tick, whoever asks, and remember nothing: keys are ids, so that
 * nobody is given what they did not name, and nothing goes stale.
 */
export type Loaders = {
  readonly members: DataLoader<number, MemberState | undefined>;
  readonly pointsByState: DataLoader<number, PointsByState>;
  readonly offers: DataLoader<OfferWanted, Offer | null>;
  readonly tasks: DataLoader<TasksKey, readonly StoredTask[]>;
  readonly badgeAwards: DataLoader<number, readonly StoredAward[]>;
  /** Progress towards badges. */
  readonly badgeCounts: DataLoader<CountAsked, number>;
  /** Rewards by id, drafts and withdrawn ones, too: for rows that name them. */
  readonly rewards: DataLoader<bigint, Reward | undefined>;
  readonly redemptionCodes: DataLoader<number, OrderCode[]>;
  readonly redemptionChanges: DataLoader<number, RedemptionChangeRow[]>;
  readonly expiring: DataLoader<ExpiringKey, Expiring[]>;
  readonly activating: DataLoader<MembersFirst, Activating[]>;
  readonly notices: DataLoader<MembersFirst, GivenNotice[]>;
  readonly holds: DataLoader<HoldsKey, HoldShape[]>;
  readonly earnedDays: DataLoader<number, EarnedDay[]>;
  readonly pendingSince: DataLoader<{ memberId: number; since: Date }, PendingPoints[]>;
  readonly challenges: DataLoader<number, ChallengeShape | undefined>;
  readonly teams: DataLoader<number, TeamShape | undefined>;
  readonly teamPlaces: DataLoader<PlaceAsked, TeamStanding | null>;
  /** Whether a member is in a team now. */
  readonly isInTeam: DataLoader<TeamMember, boolean>;
  /** Names of API keys, by id. */
  readonly keyNames: DataLoader<string, string | undefined>;
};

type TeamMember = {
  readonly teamId: number;
  readonly programId: number;
  readonly externalId: string;
};

/** Tasks of a member: of these rules, and so many periods back. */
type TasksKey = {
  readonly memberId: number;
  readonly ruleIds: readonly number[];
  readonly past: number;
};

const options = { cache: false as const, maxBatchSize: limits.loaderKeysMax };

export function createLoaders(tools: ShopperTools & { readonly db: PrismaClient }): Loaders {
  const { pool, clock, db } = tools;
  const loaders: Loaders = {
    members: new DataLoader(async (ids) => {
      const rows = await loadMembers(pool, ids);
      const byId = new Map(rows.map((row) => [row.memberId, row]));
      return ids.map((id) => byId.get(id));
    }, options),
    keyNames: new DataLoader(async (ids) => {
      const rows = await loadKeyNames(pool, ids);
      const byId = new Map(rows.map(({ id, name }) => [id, name]));
      return ids.map((id) => byId.get(id));
    }, options),
    ...challengeLoaders(pool),
    pointsByState: new DataLoader(async (ids) => {
      const rows = await loadPointsByState(pool, ids, clock.now());
      const byId = new Map(rows.map((row) => [row.memberId, row]));
      return ids.map(
        (memberId) => byId.get(memberId) ?? { memberId, spendable: 0, pending: 0, held: 0 },
      );
    }, options),
    offers: new DataLoader((wanted) => loadOffers(tools, reads, wanted), options),
    tasks: new DataLoader((keys) => loadAllTasks(pool, keys), options),
    ...badgeLoaders(pool),
    rewards: new DataLoader(async (ids) => {
      const rows = await db.reward.findMany({ where: { id: { in: [...ids] } } });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id));
    }, options),
    redemptionCodes: new DataLoader(
      async (ids) => rowsOf(ids, await loadCodes(pool, ids), byOrder),
      options,
    ),
    redemptionChanges: new DataLoader(
      async (ids) => rowsOf(ids, await loadChanges(pool, ids), byOrder),
      options,
    ),
    expiring: new DataLoader(
      async (keys) => atPlaces(keys, await loadExpiring(pool, keys, clock.now())),
      options,
    ),
    activating: new DataLoader(
      async (keys) => atPlaces(keys, await loadActivating(pool, keys, clock.now())),
      options,
    ),
    notices: new DataLoader(
      async (keys) => atPlaces(keys, await loadNoticesGiven(pool, keys)),
      options,
    ),
    holds: new DataLoader((keys) => loadHolds(pool, keys), options),
    earnedDays: new DataLoader(
      async (ids) => rowsOf(ids, await loadEarnedDays(pool, ids), byMember),
      options,
    ),
    pendingSince: new DataLoader(async (keys) => {
      const since = new Map<number, Date>();
      for (const key of keys) {
        since.set(key.memberId, earlier(key.since, since.get(key.memberId) ?? key.since));
      }
      const rows = await loadPending(pool, [...since.keys()], [...since.values()]);
      return rowsOf(keys.map(byMember), rows, byMember);
    }, options),
  };
  const reads: MemberReads = {
    find: (programId, ref) =>
      'id' in ref ? loaders.members.load(ref.id) : findMember(pool, programId, ref.externalId),
    ...loaders,
  };
  return loaders;
}

const challengeLoaders = (
  pool: Pool,
): Pick<Loaders, 'challenges' | 'teams' | 'teamPlaces' | 'isInTeam'> => ({
  challenges: new DataLoader(async (ids) => {
    const byId = new Map((await loadChallenges(pool, ids)).map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id));
  }, options),
  teams: new DataLoader(async (ids) => {
    const byId = new Map((await loadTeams(pool, ids)).map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id));
  }, options),
  teamPlaces: new DataLoader((asked) => placesOfTeams(pool, asked), options),
  isInTeam: new DataLoader(async (keys) => {
    const found = new Set((await teamsOfViewers(pool, keys)).map(({ place }) => place));
    return keys.map((_key, index) => found.has(index + 1));
  }, options),
});

const badgeLoaders = (pool: Pool): Pick<Loaders, 'badgeAwards' | 'badgeCounts'> => ({
  badgeAwards: new DataLoader(
    async (ids) => rowsOf(ids, await loadAwards(pool, ids), byMember),
    options,
  ),
  badgeCounts: new DataLoader((keys) => countFacts(pool, keys), options),
});

/** One statement for all members: those of a request are of one program. */
async function loadAllTasks(pool: Pool, keys: readonly TasksKey[]): Promise<StoredTask[][]> {
  const memberIds = [...new Set(keys.map(byMember))];
  const ruleIds = [...new Set(keys.flatMap((key) => key.ruleIds))];
  const rows = await loadTasks(pool, memberIds, ruleIds, Math.max(...keys.map(({ past }) => past)));
  return rowsOf(keys.map(byMember), rows, byMember);
}

const byMember = ({ memberId }: { readonly memberId: number }) => memberId;
const byOrder = ({ redemptionId }: { readonly redemptionId: number }) => redemptionId;

/** The rows of each key, by its place from 1 on. */
const atPlaces = <Row extends { readonly place: number }>(
  keys: readonly unknown[],
  rows: readonly Row[],
): Row[][] =>
  rowsOf(
    keys.map((_key, index) => index + 1),
    rows,
    ({ place }) => place,
  );

/** The rows of each that was asked for. */
function rowsOf<Row>(
  asked: readonly number[],
  rows: readonly Row[],
  keyOf: (row: Row) => number,
): Row[][] {
  const groups = groupBy(rows, keyOf);
  return asked.map((key) => groups.get(key) ?? []);
}
