/** A leaderboard kept up to date from its changes, by any client. The same file in all examples. */

export type Row = {
  readonly rank: number;
  readonly score: number;
  readonly reachedAt: string;
  readonly member: { readonly id: string; readonly displayName: string };
};

/** What `leaderboardChanged` sends: everything first, then what differs from the version before. */
export type Change = {
  readonly kind: 'SNAPSHOT' | 'DELTA';
  readonly version: number;
  readonly season: { readonly id: string };
  readonly removed: readonly string[];
  readonly changes: readonly Row[];
};

export type Board = {
  readonly version: number;
  readonly season: string;
  readonly rows: readonly Row[];
};

/** The board after a change; undefined when something between the two was missed. */
export function applyChange(board: Board | undefined, change: Change): Board | undefined {
  const { kind, version, season, removed, changes } = change;
  const isNext = board?.season === season.id && version === board.version + 1;
  if (kind === 'DELTA' && !isNext) return undefined;
  const rows = new Map<string, Row>();
  if (kind === 'DELTA') for (const row of board?.rows ?? []) rows.set(row.member.id, row);
  for (const id of removed) rows.delete(id);
  for (const row of changes) rows.set(row.member.id, row);
  return { version, season: season.id, rows: [...rows.values()].sort(inOrder) };
}

/** Highest score first, then who reached it first. */
const inOrder = (a: Row, b: Row) =>
  b.score - a.score || Date.parse(a.reachedAt) - Date.parse(b.reachedAt);

/** What was seen last: the subscription goes on from there. Undefined: from the beginning. */
export type Place = { readonly after: number | undefined; readonly season: string | undefined };

/** Begins a subscription; `onEnd` hears when its connection is lost. Returns what ends it. */
export type Subscribe = (
  place: Place,
  onChange: (change: Change) => void,
  onEnd: () => void,
) => () => void;

const RETRY_MS = 1_000;

/**
 * Follows a board until the returned function is called: over gaps and lost connections, each
 * time from the last version on. `from` is a board that was followed before.
 */
export function followBoard(
  subscribe: Subscribe,
  show: (board: Board, change: Change) => void,
  from?: Board,
): () => void {
  let board = from;
  let end = () => {};
  let retry: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  const begin = () => {
    attempt += 1;
    const mine = attempt;
    end();
    end = () => {};
    const mineEnds = subscribe(
      { after: board?.version, season: board?.season },
      (change) => {
        if (mine !== attempt) return;
        const next = applyChange(board, change);
        if (next === undefined) return begin();
        board = next;
        show(next, change);
      },
      () => {
        if (mine === attempt) retry = setTimeout(begin, RETRY_MS);
      },
    );
    // Some clients call back before `subscribe` returns; then another attempt may be under way.
    if (mine === attempt) end = mineEnds;
    else mineEnds();
  };
  begin();
  return () => {
    attempt += 1;
    clearTimeout(retry);
    end();
  };
}
