import type { LiveMessage } from '../live/messages.ts';
import { MemberCardCache } from '../members/member-cards.ts';
import { loadMembers } from '../members/members.sql.ts';
import type { Bus } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import { ProgramConfigs } from '../programs/config.ts';
import { Projection } from '../projections/projection.ts';
import { createStandings, type StandingsOptions } from './create-standings.ts';
import { standingsConsumer } from './standings-consumer.ts';

export type BoardsOptions = Omit<StandingsOptions, 'cards'> & {
  readonly clock: Clock;
  readonly bus: Bus;
};

/**
 * The rankings of all boards, and the projection that keeps them; it is not started yet. For what
 * all callers are given alike, members may come from memory.
 */
export async function openBoards(options: BoardsOptions) {
  const { pool, log, clock, bus } = options;
  const standings = await createStandings({
    cards: async (ids) => {
      const members = await loadMembers(pool, ids);
      return new Map(members.map((member) => [member.memberId, member]));
    },
    ...options,
  });
  const kept = new MemberCardCache((ids) => loadMembers(pool, ids), bus);
  const consumer = standingsConsumer(clock, new ProgramConfigs());
  const projection = new Projection(consumer, pool, log, (message) => {
    bus.publish(message);
    standings.changed((message as LiveMessage).boards);
  });
  return {
    standings,
    sharedStandings: standings.withCards((ids) => kept.cards(ids)),
    projection,
    close() {
      kept.close();
      standings.close();
    },
  };
}
