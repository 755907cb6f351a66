/** What entries of root fields are made of. */
import { toGlobalId } from '../../src/graphql/ids.ts';

/** What a question is about: rows of one program, or rows that do not exist at all. */
export type Subject = {
  readonly member: string;
  readonly reward: string;
  readonly redemption: string;
  readonly board: string;
  readonly season: string;
  readonly rule: string;
  readonly challenge: string;
  /** Id of an API key. */
  readonly apiKey: string;
  readonly position: number;
  /** Cursor of a standing. */
  readonly standing: string;
};

export type Field = {
  /** Whom its auth scope lets in. */
  readonly scope: 'known' | 'acts' | 'service' | 'operator';
  /** One operation, or several ways to name what it is about. */
  readonly operations: (subject: Subject) => readonly string[];
};

export const refusal = '... on Refusal { code message }';
export const noHold = toGlobalId('Hold', 999_999);
export const noAdjustment = toGlobalId('Adjustment', 999_999);
export const noBackfill = toGlobalId('BackfillRun', 999_999);
export const noBoardBackfill = toGlobalId('LeaderboardBackfill', 999_999);
export const soon = new Date(Date.now() + 3_600_000).toISOString();
export const member = ({ member: id }: Subject) => `member: {id: "${id}"}`;
