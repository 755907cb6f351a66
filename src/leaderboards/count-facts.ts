/** From events to changes of standings: for the boards as they run, and for backfills alike. */
import { isFor } from '../earning/audience.ts';
import type { PoolClient } from '../platform/db.ts';
import { groupBy } from '../platform/lists.ts';
import type { ProgramConfigs } from '../programs/config.ts';
import { factTime } from '../programs/fact-time.ts';
import type { LoggedEvent } from '../projections/event-log.ts';
import { membersOf } from '../tasks/tasks-consumer.ts';
import { type BoardFact, findFacts, type LateDay, loadFollowing, noteFacts } from './facts.sql.ts';
import { type CheckedIn, changesOf, type Following, type ScoreChange } from './metrics.ts';
import { ofParticipants } from './participants.ts';
import type { BoardRow } from './seasons.sql.ts';
import { type SeasonInterval, seasonOfFact } from './seasons.ts';

/** A change of one standing that a fact brings. */
export type Gain = SeasonInterval &
  ScoreChange & {
    readonly board: BoardRow;
    /** Of a challenge's board: whether its participant is listed no more. */
    readonly hidden?: boolean;
  };

export type CountTools = {
  readonly client: PoolClient;
  readonly configs: ProgramConfigs;
  readonly now: Date;
  /** Whether facts of boards with a filter are noted as counted: not in a dry run. */
  readonly notes: boolean;
};

/** What events of these boards' programs bring, in their order. */
export async function countFacts(
  tools: CountTools,
  boards: readonly BoardRow[],
  events: readonly LoggedEvent[],
): Promise<Gain[]> {
  const following = await followingOf(tools.client, boards, events);
  const byProgram = groupBy(boards, ({ programId }) => programId);
  const gains: Gain[] = [];
  for (const event of events) {
    const known = new Map<string, ScoreChange[]>(); // Most boards count alike.
    for (const board of byProgram.get(event.programId) ?? []) {
      const own = board.metric === 'ATTEMPTS' ? board.challenge?.id : board.activityType;
      const key = `${board.metric}/${own}`;
      const changes = known.get(key) ?? changesOf(board, event, following);
      known.set(key, changes);
      for (const change of changes) {
        const season = seasonOfFact(board, change.at);
        if (season !== undefined) gains.push({ board, ...season, ...change });
      }
    }
  }
  const known = gains.some(isFiltered) ? await filtered(tools, gains) : gains;
  return known.some(isContest) ? ofParticipants(tools.client, known) : known;
}

/** The days whose place in their run a late check-in changed: only for boards of streaks. */
async function followingOf(
  client: PoolClient,
  boards: readonly BoardRow[],
  events: readonly LoggedEvent[],
): Promise<Following> {
  const programs = new Set(
    boards.filter(({ metric }) => metric === 'STREAK').map(({ programId }) => programId),
  );
  const late = events.flatMap(({ type, programId, position, memberId, payload }): LateDay[] => {
    if (type !== 'checkIn.recorded' || !programs.has(programId)) return [];
    const { planId, localDate, following } = payload as unknown as Partial<LateDay>;
    if (planId === undefined || localDate === undefined || following === undefined) return [];
    return [{ position, memberId, planId, localDate, following }];
  });
  if (late.length === 0) return new Map();
  const days: readonly (CheckedIn & { position: number })[] = await loadFollowing(client, late);
  return groupBy(days, ({ position }) => position);
}

const isContest = ({ board }: Gain) => (board.challenge ?? null) !== null;

const isFiltered = ({ board: { tiers, tags } }: { readonly board: BoardRow }) =>
  tiers.length > 0 || tags.length > 0;

const nameOf = ({ leaderboardId, memberId, source }: BoardFact) =>
  `${leaderboardId}/${memberId}/${source}`;

const factOf = ({ board, memberId, source }: Gain): BoardFact => ({
  leaderboardId: board.id,
  memberId,
  source,
});

/**
 * Leaves out what boards with a filter do not count: a fact by what its member is now that it is
 * counted, and what takes a fact back by whether that was counted.
 */
async function filtered(tools: CountTools, gains: readonly Gain[]): Promise<Gain[]> {
  const { client, notes } = tools;
  const judged = gains.filter(isFiltered);
  const isIn = await judge(tools, judged);
  const facts = judged.filter((gain) => !gain.takesBack && isIn(gain)).map(factOf);
  if (notes && facts.length > 0) await noteFacts(client, facts);
  const backs = judged.filter(({ takesBack }) => takesBack);
  const found = backs.length === 0 || !notes ? [] : await findFacts(client, backs.map(factOf));
  const counted = new Set(found.map(nameOf));
  return gains.filter((gain) => {
    if (!isFiltered(gain)) return true;
    return gain.takesBack && notes ? counted.has(nameOf(factOf(gain))) : isIn(gain);
  });
}

/** Who is among those a board is for, by tags and tier as of now. */
async function judge(
  { client, configs, now }: CountTools,
  gains: readonly Gain[],
): Promise<(gain: Gain) => boolean> {
  const versions = gains.map(({ board }) => [board.programId, board.configVersion] as const);
  const programs = await configs.current(client, new Map(versions));
  const members = new Map<number, (board: BoardRow) => boolean>();
  for (const [id, program] of programs) {
    const own = gains.filter(({ board }) => board.programId === id);
    const ids = [...new Set(own.map(({ memberId }) => memberId))];
    const time = factTime(program, now);
    for (const [memberId, member] of await membersOf(client, program, ids, now)) {
      members.set(memberId, ({ tiers, tags }) => {
        const audience = {
          ...(tiers.length > 0 && { tiers: [...tiers] }),
          ...(tags.length > 0 && { tags: [...tags] }),
        };
        return isFor(audience, member, { tierKey: member.tierKey, time });
      });
    }
  }
  return ({ board, memberId }) => members.get(memberId)?.(board) ?? false;
}
