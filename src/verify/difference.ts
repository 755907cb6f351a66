/** Where a stored figure is not what the rows give. */
export type Difference = {
  /** Key of the program. */
  readonly program: string;
  /** External id of the member (null: about no single member, or one who is gone). */
  readonly member: string | null;
  readonly memberId: number | null;
  /** Which figure: 'balance', 'entry 3: hash', 'lot 2: remaining' … */
  readonly what: string;
  /** The ledger entry at which it shows, where it is one. */
  readonly entrySeq: number | null;
  /** What the rows give. */
  readonly expected: string;
  /** What is stored. */
  readonly found: string;
};

/** A difference before it is known whose it is. */
export type Finding = Pick<Difference, 'what' | 'expected' | 'found'> & {
  readonly entrySeq?: number;
};

type Figure = string | number | bigint | Date | Buffer | null | undefined;

/** Compares a stored figure with the recomputed one; yields a finding when they differ. */
export function* compare(
  what: string,
  expected: Figure,
  found: Figure,
  entrySeq?: number,
): Generator<Finding> {
  if (expected === found) return;
  const [a, b] = [textOf(expected), textOf(found)];
  if (a !== b) yield { what, expected: a, found: b, ...(entrySeq !== undefined && { entrySeq }) };
}

export function textOf(figure: Figure): string {
  if (figure === null || figure === undefined) return 'none';
  if (figure instanceof Date) return figure.toISOString();
  if (Buffer.isBuffer(figure)) return figure.toString('hex');
  return String(figure);
}

/** A difference in one line. */
export function describeDifference(difference: Difference): string {
  const { program, member, memberId, what, expected, found } = difference;
  const name = member === null ? `member ${memberId}` : `member "${member}"`;
  const who = member === null && memberId === null ? '' : `, ${name}`;
  return `program "${program}"${who}: ${what}: expected ${expected}, found ${found}`;
}
