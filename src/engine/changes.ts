import { assert } from '../platform/assert.ts';
import type { AttemptRow, ChallengeRow, ParticipantRow, TeamRow } from './challenge-rows.ts';
import type { KnownActivity } from './engine.sql.ts';
import type { OrderRow } from './orders.sql.ts';
import type { PayoutRow } from './payouts.sql.ts';
import type {
  ActivityRow,
  AdjustmentRow,
  AllocationRow,
  AuditRow,
  BudgetRow,
  CheckInRow,
  CodeRow,
  EntryRow,
  ErasureRow,
  EventRow,
  HoldLotRow,
  HoldRow,
  LotRow,
  MemberState,
  NoticeRow,
  ReceiptRow,
  RedemptionChangeRow,
  RedemptionRow,
  RewardRow,
  SettlementRow,
  TierChangeRow,
} from './rows.ts';

/** Rows to insert, by table. */
export type Inserts = {
  members: MemberState[];
  entries: EntryRow[];
  lots: LotRow[];
  allocations: AllocationRow[];
  checkIns: CheckInRow[];
  activities: ActivityRow[];
  redemptions: RedemptionRow[];
  redemptionChanges: RedemptionChangeRow[];
  holds: HoldRow[];
  holdLots: HoldLotRow[];
  tierChanges: TierChangeRow[];
  adjustments: AdjustmentRow[];
  audits: AuditRow[];
  notices: NoticeRow[];
  erasures: ErasureRow[];
  settlements: SettlementRow[];
  teams: TeamRow[];
  participants: ParticipantRow[];
  attempts: AttemptRow[];
  events: EventRow[];
  receipts: ReceiptRow[];
};

/** Rows to update, by table. */
export type Updates = {
  /** Accounts. */
  members: MemberState;
  /** What a member tells of themselves: the member's own row. */
  profiles: MemberState;
  lots: LotRow;
  rewards: RewardRow;
  redemptions: OrderRow;
  codes: CodeRow;
  budgets: BudgetRow;
  holds: HoldRow;
  adjustments: AdjustmentRow;
  activities: KnownActivity;
  settlements: SettlementRow;
  challenges: ChallengeRow;
  teams: TeamRow;
  participants: ParticipantRow;
  payouts: PayoutRow;
};

/**
 * What a batch will write: new rows, and changed rows of the working copy. A mark taken before
 * a command lets a refusal drop that command's changes and nothing else.
 */
export class Changes {
  readonly inserts: Inserts = {
    members: [],
    entries: [],
    lots: [],
    allocations: [],
    checkIns: [],
    activities: [],
    redemptions: [],
    redemptionChanges: [],
    holds: [],
    holdLots: [],
    tierChanges: [],
    adjustments: [],
    audits: [],
    notices: [],
    erasures: [],
    settlements: [],
    teams: [],
    participants: [],
    attempts: [],
    events: [],
    receipts: [],
  };
  /** Changed rows, with the place in the journal that holds what they were. */
  readonly #updated: { [Table in keyof Updates]: Map<Updates[Table], number> } = {
    members: new Map(),
    profiles: new Map(),
    lots: new Map(),
    rewards: new Map(),
    redemptions: new Map(),
    codes: new Map(),
    budgets: new Map(),
    holds: new Map(),
    adjustments: new Map(),
    activities: new Map(),
    settlements: new Map(),
    challenges: new Map(),
    teams: new Map(),
    participants: new Map(),
    payouts: new Map(),
  };
  readonly #journal: (() => void)[] = [];
  #mark = 0;

  /** A point to come back to; a rollback never stops short of the newest. */
  mark(): number {
    this.#mark = this.#journal.length;
    return this.#mark;
  }

  /** Undoes all that happened since the mark, newest first. */
  rollback(mark: number): void {
    while (this.#journal.length > mark) this.#journal.pop()?.();
  }

  /** Adds a row; `onUndo` takes back what the caller noted about it elsewhere. */
  insert<K extends keyof Inserts>(table: K, row: Inserts[K][number], onUndo?: () => void): void {
    const rows = this.inserts[table] as Inserts[K][number][];
    rows.push(row);
    this.#journal.push(() => {
      assert(rows.pop() === row, 'changes are undone in reverse order');
      onUndo?.();
    });
  }

  /** Notes how to take back something the working copy remembers but no table does. */
  onRollback(undo: () => void): void {
    this.#journal.push(undo);
  }

  /** Changes a row of the working copy. */
  update<K extends keyof Updates>(table: K, row: Updates[K], patch: Partial<Updates[K]>): void {
    const updated: Map<Updates[K], number> = this.#updated[table];
    const known = updated.get(row);
    // A rollback goes to the newest mark or further: what the row was there is all it needs.
    if (known === undefined || known < this.#mark) {
      const before = { ...row };
      updated.set(row, this.#journal.length);
      this.#journal.push(() => {
        Object.assign(row, before);
        if (known === undefined) updated.delete(row);
        else updated.set(row, known);
      });
    }
    Object.assign(row, patch);
  }

  /** Rows that exist in the database and were changed; new ones are inserted in their final state. */
  updated<K extends keyof Updates>(table: K): Updates[K][] {
    const rows: Updates[K][] = [...this.#updated[table].keys()];
    const created: ReadonlySet<unknown> = new Set(this.#created(table));
    return created.size === 0 ? rows : rows.filter((row) => !created.has(row));
  }

  #created(table: keyof Updates): readonly unknown[] {
    if (table === 'profiles') return this.inserts.members;
    return table in this.inserts ? this.inserts[table as keyof Inserts] : [];
  }

  get empty(): boolean {
    return this.#journal.length === 0;
  }
}
