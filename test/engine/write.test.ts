import { expect, it } from 'vitest';
import { Changes } from '../../src/engine/changes.ts';
import { writeStatement } from '../../src/engine/write.ts';

it('batches that write different tables have statements of different names', () => {
  const ask = (table: 'settlements' | 'redemptionChanges') => {
    const changes = new Changes();
    const at = new Date('2026-06-01T00:00:00Z');
    const settlement = { memberId: 1, ruleId: 1, periodStart: '2026-06-01', programId: 1 };
    const paid = { paid: true, payments: 1, entrySeq: null, settledAt: at };
    const move = { redemptionId: 1, position: 1, at, actor: 'system', units: 1, note: null };
    if (table === 'settlements') changes.insert(table, { ...settlement, ...paid });
    else changes.insert(table, { fromState: null, toState: 'CONFIRMED', ...move });
    return writeStatement(changes);
  };
  const [first, second] = [ask('settlements'), ask('redemptionChanges')];
  expect(second.text).not.toBe(first.text);
  expect(second.name).not.toBe(first.name);
});
