import { describe, expect, it } from 'vitest';
import type { LotRow } from '../../src/engine/rows.ts';
import { limits } from '../../src/limits.ts';
import { allocate, isExpired, isSpendable } from '../../src/points/lots.ts';
import { hasDormantPoints } from '../../src/points/points.ts';

const add = (a: number, b: number) => a + b;
const at = (text: string) => new Date(text);

const lot = (seq: number, remaining: number, life: Partial<LotRow> = {}): LotRow => ({
  memberId: 1,
  programId: 1,
  seq,
  amount: Math.max(remaining, 1),
  remaining,
  held: 0,
  reversed: 0,
  activatesAt: at('2026-01-01T00:00:00Z'),
  expiresAt: null,
  ...life,
});

describe('allocate', () => {
  it.each([
    // remaining        spend  taken                     case
    [
      [30, 50],
      40,
      [
        [1, 30],
        [2, 10],
      ],
      'the first lot is emptied before the next is touched',
    ],
    [[30, 50], 30, [[1, 30]], 'an exact fit opens no further lot'],
    [
      [30, 50],
      80,
      [
        [1, 30],
        [2, 50],
      ],
      'everything',
    ],
    [[30, 50], 1, [[1, 1]], 'one point'],
    [[30, 50], 81, undefined, 'one too many takes nothing'],
    [[], 1, undefined, 'nothing there'],
    [
      [1, 1, 1],
      2,
      [
        [1, 1],
        [2, 1],
      ],
      'many small ones',
    ],
    [
      [limits.pointsMax - 1, 1],
      limits.pointsMax,
      [
        [1, limits.pointsMax - 1],
        [2, 1],
      ],
      '2^53 − 1',
    ],
  ] as [number[], number, [number, number][] | undefined, string][])(
    '%j − %i takes %j − %s',
    (remaining, amount, expected) => {
      const lots = remaining.map((left, index) => lot(index + 1, left));
      const { allocations, missing } = allocate(lots, amount);
      expect(missing).toBe(expected === undefined ? amount - remaining.reduce(add, 0) : 0);
      const taken = allocations.map((part) => [part.lot.seq, part.taken]);
      if (expected !== undefined) expect(taken).toEqual(expected);
      expect(lots.map((one) => one.remaining)).toEqual(remaining);
    },
  );
});

describe('isSpendable: [activatesAt, expiresAt) (S7, S30)', () => {
  const life = { activatesAt: at('2026-03-01T00:00:00Z'), expiresAt: at('2026-04-01T00:00:00Z') };

  it.each([
    // now                       spendable expired  case
    ['2026-02-28T23:59:59.999Z', false, false, 'pending'],
    ['2026-03-01T00:00:00.000Z', true, false, 'active from its instant on'],
    ['2026-03-31T23:59:59.999Z', true, false, 'until just before it expires'],
    ['2026-04-01T00:00:00.000Z', false, true, 'not at the instant of expiry'],
    ['2027-01-01T00:00:00.000Z', false, true, 'nor after it'],
  ])('%s: spendable %s, expired %s − %s', (now, spendable, expired) => {
    expect(isSpendable(lot(1, 10, life), at(now))).toBe(spendable);
    expect(isExpired(lot(1, 10, life), at(now))).toBe(expired);
  });

  it('pinned points are neither spendable nor given', () => {
    const pinned = lot(1, 10, { held: 10 });
    expect(isSpendable(pinned, at('2026-05-01T00:00:00Z'))).toBe(false);
    expect(allocate([pinned, lot(2, 10, { held: 4 })], 8)).toMatchObject({
      allocations: [{ lot: { seq: 2 }, taken: 6 }],
      missing: 2,
    });
  });

  it('what awaits its confirmation is not spendable', () => {
    const waiting = lot(1, 10, { activatesAt: null });
    expect(isSpendable(waiting, at('2999-01-01T00:00:00Z'))).toBe(false);
  });

  it('an empty lot is never spendable, one without end never expires', () => {
    expect(isSpendable(lot(1, 0), at('2026-05-01T00:00:00Z'))).toBe(false);
    expect(isSpendable(lot(1, 1), at('2999-01-01T00:00:00Z'))).toBe(true);
    expect(isExpired(lot(1, 1), at('2999-01-01T00:00:00Z'))).toBe(false);
  });

  it('a lot that expires before it activates is never spendable', () => {
    const never = { activatesAt: life.expiresAt, expiresAt: life.activatesAt };
    for (const now of ['2026-02-01', '2026-03-15', '2026-05-01']) {
      expect(isSpendable(lot(1, 10, never), at(`${now}T00:00:00Z`))).toBe(false);
    }
  });
});

describe('hasDormantPoints', () => {
  const now = at('2026-06-01T00:00:00Z');
  const before = at('2026-05-31T23:59:59.999Z');
  const after = at('2026-06-01T00:00:00.001Z');

  it.each([
    [null, null, false],
    [after, null, false],
    [now, null, true],
    [before, null, true],
    [null, before, false],
    [null, now, false],
    [null, after, true],
    [after, before, false],
  ])('next expiry %s, pending until %s: %s', (nextExpiryAt, pendingUntil, expected) => {
    const none = { debt: 0, held: 0 };
    expect(hasDormantPoints({ nextExpiryAt, pendingUntil, ...none }, now)).toBe(expected);
  });

  it.each([
    ['owed', { debt: 1, held: 0 }],
    ['held', { debt: 0, held: 1 }],
  ])('when points are %s', (_case, points) => {
    const life = { nextExpiryAt: null, pendingUntil: null };
    expect(hasDormantPoints({ ...life, ...points }, now)).toBe(true);
  });
});
