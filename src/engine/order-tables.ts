/** The tables of orders that a batch writes: their columns, and how rows fill them. */
import type { OrderRow } from './orders.sql.ts';
import type { CodeRow, RedemptionChangeRow, RedemptionRow, RewardRow } from './rows.ts';
import { factTime, instant } from './tables.ts';
import { type Columns, inserter, updater } from './writer.ts';

const orderState: Columns<OrderRow> = {
  cancelled_units: ['int', (row) => row.cancelledUnits],
  state: ['redemption_state', (row) => row.state],
  updated_at: ['timestamptz', (row) => instant(row.updatedAt)],
};

export const insertOrders = {
  redemptions: inserter<RedemptionRow>('redemption', {
    id: ['bigint', (row) => row.id],
    program_id: ['int', (row) => row.programId],
    member_id: ['bigint', (row) => row.memberId],
    reward_id: ['bigint', (row) => row.rewardId],
    kind: ['reward_kind', (row) => row.kind],
    quantity: ['int', (row) => row.quantity],
    points: ['bigint', (row) => row.points],
    unit_cash: ['bigint', (row) => row.unitCash],
    cash_currency: ['text', (row) => row.cashCurrency],
    reserved_until: ['timestamptz', (row) => instant(row.reservedUntil)],
    ...orderState,
    entry_seq: ['bigint', (row) => row.entrySeq],
    ...factTime,
  }),
  changes: inserter<RedemptionChangeRow>('redemption_change', {
    redemption_id: ['bigint', (row) => row.redemptionId],
    position: ['bigint', (row) => row.position],
    at: ['timestamptz', (row) => instant(row.at)],
    actor: ['text', (row) => row.actor],
    from_state: ['redemption_state', (row) => row.fromState],
    to_state: ['redemption_state', (row) => row.toState],
    units: ['int', (row) => row.units],
    note: ['text', (row) => row.note],
  }),
};

export const updateOrders = {
  redemptions: updater<OrderRow>('redemption', { id: ['bigint', (row) => row.id] }, orderState),
  rewards: updater<RewardRow>(
    'reward',
    { id: ['bigint', (row) => row.id] },
    { stock: ['int', (row) => row.stock] },
  ),
  codes: updater<CodeRow>(
    'reward_code',
    { id: ['bigint', (row) => row.id] },
    {
      redemption_id: ['bigint', (row) => row.redemptionId],
      state: ['reward_code_state', (row) => row.state],
      used_at: ['timestamptz', (row) => instant(row.usedAt)],
    },
  ),
};
