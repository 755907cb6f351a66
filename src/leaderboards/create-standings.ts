import type { Pool } from '../platform/db.ts';
import { createSqlPlacements } from './sql-standings.ts';
import { type MemberCards, type Standings, withCards } from './standings.ts';

/** The rankings of seasons, with their members. */
export const createStandings = (pool: Pool, cards: MemberCards): Standings =>
  withCards(createSqlPlacements(pool), cards);
