/** Loads what commands about challenges need; a batch without any sends nothing. */
import type { PoolClient } from '../platform/db.ts';
import { push } from '../platform/lists.ts';
import type { AttemptRow, ChallengeRow, ParticipantRow, TeamRow } from './challenge-rows.ts';
import {
  type FeeRow,
  loadAttempts,
  loadFees,
  loadFrozen,
  loadParticipants,
  loadTeams,
  lockChallenges,
} from './challenges.sql.ts';
import { attemptKey, type Held, memberIdOf, participantKey } from './held.ts';
import { nothing, type Request } from './load.ts';
import { knownLots, lotKey } from './load-orders.ts';
import { settled } from './write.ts';

/** Locks the challenges of a batch. If any command changes one, all are locked for themselves. */
export async function lockAllChallenges(
  client: PoolClient,
  requests: readonly Request[],
): Promise<ChallengeRow[]> {
  const about = requests.filter(({ touches }) => touches.challenge !== undefined);
  if (about.length === 0) return [];
  const ids = about.map(({ touches }) => touches.challenge?.id ?? 0);
  const changes = about.some(({ touches }) => touches.challenge?.changes === 'ROSTER');
  const programIds = about.map(({ programId }) => programId);
  // Sent at once, done one after the other.
  const sent = [
    lockChallenges(client, programIds, ids, changes ? 'update' : 'share'),
    loadFrozen(client, ids),
  ] as const;
  await settled(sent);
  const [rows, frozen] = await Promise.all(sent);
  const finals = new Map(frozen.map(({ id, frozenAt }) => [id, frozenAt]));
  return rows.map((row) => ({ ...row, frozenAt: finals.get(row.id) ?? null }));
}

type Found = {
  readonly participants: readonly ParticipantRow[];
  readonly teams: readonly TeamRow[];
  readonly fees: readonly FeeRow[];
  readonly attempts: readonly AttemptRow[];
};

/** Sends the statements, all at once; undefined when nothing is asked for. */
export function findChallenges(
  client: PoolClient,
  held: Held,
  requests: readonly Request[],
): Promise<Found> | undefined {
  const about = requests.flatMap(({ programId, touches: { challenge, member } }) => {
    const memberId = memberIdOf(held, programId, member);
    const row = held.challenges.get(challenge?.id ?? -1);
    const isOwn = row?.programId === programId && memberId !== undefined;
    return isOwn && challenge !== undefined ? [{ memberId, kind: row.kind, ...challenge }] : [];
  });
  if (about.length === 0) return undefined;
  const keysOf = (some: typeof about) =>
    [some.map(({ id }) => id), some.map(({ memberId }) => memberId)] as const;
  const teams = about.filter(({ kind }) => kind === 'TEAM');
  const refunds = about.filter((one) => one.refunds);
  const attempts = about.filter(({ reference }) => reference !== undefined);
  return all(
    loadParticipants(client, ...keysOf(about)),
    teams.length === 0
      ? nothing()
      : loadTeams(
          client,
          ...keysOf(teams),
          teams.map(({ teamName }) => teamName ?? null),
          teams.map(({ inviteCode }) => inviteCode ?? null),
        ),
    refunds.length === 0 ? nothing() : loadFees(client, ...keysOf(refunds)),
    attempts.length === 0
      ? nothing()
      : loadAttempts(
          client,
          ...keysOf(attempts),
          attempts.map(({ reference = '' }) => reference),
        ),
  );
}

async function all(
  ...sent: readonly [
    Promise<ParticipantRow[]>,
    Promise<TeamRow[]>,
    Promise<FeeRow[]>,
    Promise<AttemptRow[]>,
  ]
): Promise<Found> {
  await settled(sent);
  const [participants, teams, fees, attempts] = await Promise.all(sent);
  return { participants, teams, fees, attempts };
}

/** Puts into the batch what was found, once its lots are there. */
export function holdChallenges(held: Held, { participants, teams, fees, attempts }: Found): void {
  for (const row of participants) held.participants.set(participantKey(row), row);
  for (const team of teams) held.teams.set(team.id, team);
  for (const row of attempts) held.attempts.set(attemptKey(row), row);
  const lots = fees.length === 0 ? undefined : knownLots(held);
  for (const { challengeId, taken, ...row } of fees) {
    const lot = lots?.get(lotKey(row)) ?? row;
    lots?.set(lotKey(row), lot);
    push(held.fees, participantKey({ challengeId, ...row }), { lot, taken });
  }
}
