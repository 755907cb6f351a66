/** Random prizes, such as an operator could give. */
import fc from 'fast-check';
import { prizesOf } from '../../src/settlements/prizes.ts';

/** Bands as they may be: from the first place on, without gaps, never rising. */
export const bands = fc
  .array(
    fc.record({ size: fc.integer({ min: 1, max: 4 }), points: fc.integer({ min: 1, max: 50 }) }),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((given) => {
    const falling = given.map(({ points }) => points).sort((a, b) => b - a);
    let to = 0;
    return given.map(({ size }, index) => {
      const from = to + 1;
      to += size;
      return { from, to, points: falling[index] ?? 1 };
    });
  });

const ties = fc.constantFrom('SHARE' as const, 'ALL' as const, 'FIRST' as const);
export const byPlaces = fc
  .tuple(bands, ties, fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }))
  .map(([some, how, budget]) =>
    prizesOf({ bands: some, ties: how, budget: how === 'ALL' ? (budget ?? 100) : budget }),
  );
