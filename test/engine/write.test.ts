/** The statement that writes a batch: whatever tables it has, its text asks for what it is given. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Changes, type Inserts, type Updates } from '../../src/engine/changes.ts';
import { writeStatement } from '../../src/engine/write.ts';

/** A row that every reader of a column can read something from. */
const anyRow = (): never =>
  new Proxy({}, { get: (_row, name) => (name === 'tags' ? [] : null), has: () => true }) as never;

const { inserts } = new Changes();
const created = Object.keys(inserts) as (keyof Inserts)[];
const changed: (keyof Updates)[] = [
  ...(['members', 'profiles', 'lots', 'rewards', 'redemptions', 'codes', 'budgets'] as const),
  ...(['holds', 'adjustments', 'activities', 'settlements'] as const),
];

it('sets of tables never share a text: one for orders had been sent with settlements’ values', () => {
  const texts = new Map<string, string>();
  fc.assert(
    fc.property(fc.subarray(created), fc.subarray(changed), (inserted, updated) => {
      const changes = new Changes();
      for (const table of inserted) changes.insert(table, anyRow());
      for (const table of updated) changes.update(table, anyRow(), {});
      const { name, text, values } = writeStatement(changes);
      const asked = new Set([...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
      expect(asked.size).toBe(values.length);
      expect(texts.get(name) ?? text).toBe(text);
      texts.set(name, text);
    }),
    { numRuns: 1_000 },
  );
});
