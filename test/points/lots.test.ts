import { describe, expect, it } from 'vitest';
import type { LotRow } from '../../src/engine/rows.ts';
import { limits } from '../../src/limits.ts';
import { allocate, isExpired, isSpendable, lotLife } from '../../src/points/lots.ts';
import { hasDormantPoints } from '../../src/points/points.ts';

const at = (text: string) => new Date(text);

const lot = (seq: number, remaining: number, life: Partial<LotRow> = {}): LotRow => ({
  memberId: 1,
  programId: 1,
  seq,
  amount: Math.max(remaining, 1),
  remaining,
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
      const taken = allocate(lots, amount)?.map((part) => [part.lot.seq, part.taken]);
      expect(taken).toEqual(expected);
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

describe('lotLife: local days of the program', () => {
  const fact = (localDate: string, zone: string, dayStartMinutes = 0) => ({
    ...{ localDate, zone, dayStartMinutes, utcOffsetSeconds: 0 },
    occurredAt: at(`${localDate}T12:00:00Z`),
  });

  it.each([
    // date        zone                  start pending points days  active from            until             case
    [
      '2026-03-28',
      'Europe/Rome',
      0,
      0,
      null,
      '2026-03-28T12:00:00.000Z',
      null,
      'at once, for ever',
    ],
    [
      '2026-03-28',
      'Europe/Rome',
      0,
      0,
      0,
      '2026-03-28T12:00:00.000Z',
      '2026-03-28T23:00:00.000Z',
      'today only',
    ],
    [
      '2026-03-28',
      'Europe/Rome',
      0,
      1,
      1,
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
      'the day of 23 h',
    ],
    [
      '2026-10-24',
      'Europe/Rome',
      0,
      1,
      1,
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
      'the day of 25 h',
    ],
    [
      '2026-03-28',
      'Europe/Rome',
      240,
      1,
      1,
      '2026-03-29T02:00:00.000Z',
      '2026-03-30T02:00:00.000Z',
      'days from 04:00',
    ],
    [
      '2026-04-04',
      'Australia/Lord_Howe',
      0,
      1,
      1,
      '2026-04-04T13:00:00.000Z',
      '2026-04-05T13:30:00.000Z',
      'the day of 24.5 h',
    ],
    [
      '2028-02-28',
      'UTC',
      0,
      2,
      365,
      '2028-03-01T00:00:00.000Z',
      '2029-02-28T00:00:00.000Z',
      'over 29 February',
    ],
    [
      '2011-12-29',
      'Pacific/Apia',
      0,
      1,
      1,
      '2011-12-30T10:00:00.000Z',
      '2011-12-30T10:00:00.000Z',
      'a day that never was',
    ],
  ] as [string, string, number, number, number | null, string, string | null, string][])(
    '%s in %s from %i, pending %i, living %s: [%s, %s) − %s',
    (date, zone, start, pendingDays, pointsDays, activatesAt, expiresAt) => {
      const now = at(`${date}T12:00:00Z`);
      const life = lotLife(fact(date, zone, start), now, { pendingDays, pointsDays });
      expect(life.activatesAt.toISOString()).toBe(activatesAt);
      expect(life.expiresAt?.toISOString() ?? null).toBe(expiresAt);
    },
  );

  it('a fact of a clock that is ahead is spendable now, a late one has its own date', () => {
    const early = lotLife(fact('2026-06-02', 'UTC'), at('2026-06-02T11:57:00Z'), {
      pointsDays: null,
    });
    expect(early.activatesAt).toEqual(at('2026-06-02T11:57:00Z'));
    const late = lotLife(fact('2026-06-02', 'UTC'), at('2026-06-05T00:00:00Z'), { pointsDays: 1 });
    expect(late).toEqual({
      activatesAt: at('2026-06-02T12:00:00Z'),
      expiresAt: at('2026-06-04T00:00:00Z'),
    });
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
    expect(hasDormantPoints({ nextExpiryAt, pendingUntil }, now)).toBe(expected);
  });
});
