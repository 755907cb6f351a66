/** What entries of root fields are made of. */

/** What a question is about: rows of one program, or rows that do not exist at all. */
export type Subject = {
  readonly member: string;
  readonly reward: string;
  readonly redemption: string;
  readonly board: string;
  readonly season: string;
  readonly rule: string;
  readonly challenge: string;
  /** A reward of the kind COUPON, and one of its codes. */
  readonly coupon: string;
  readonly code: string;
  readonly hold: string;
  readonly settlement: string;
  readonly adjustment: string;
  readonly taskBackfill: string;
  readonly boardBackfill: string;
  /** A challenge of teams, one of them, and how it is joined. */
  readonly teamChallenge: string;
  readonly team: string;
  readonly inviteCode: string;
  /** Id of an API key. */
  readonly apiKey: string;
  /** Name of a client, and what it has registered. */
  readonly client: string;
  readonly documentId: string;
  readonly position: number;
  /** Cursor of a standing. */
  readonly standing: string;
  /** Of the first row of each list, by its name. */
  readonly cursors: Readonly<Record<string, string>>;
};

export type Field = {
  /** Whom its auth scope lets in. */
  readonly scope: 'known' | 'acts' | 'service' | 'operator';
  /** One operation, or several ways to name what it is about. */
  readonly operations: (subject: Subject) => readonly string[];
};

export const refusal = '... on Refusal { code message }';
export const soon = new Date(Date.now() + 3_600_000).toISOString();
export const member = ({ member: id }: Subject) => `member: {id: "${id}"}`;
