import { expect, it } from 'vitest';
import { ImportTally, KEPT_REJECTIONS_MAX } from '../../src/cli/import-tally.ts';

it('keeps the first rejections of the file, whatever the order they come in, and counts all', () => {
  const tally = new ImportTally(KEPT_REJECTIONS_MAX);
  const rows = 3 * KEPT_REJECTIONS_MAX;
  for (let n = 0; n < rows; n += 1) {
    tally.reject({ line: 2 + ((n * 7) % rows), field: null, reason: 'wrong' });
  }
  expect(tally.rejected).toBe(rows);
  const lines = tally.rejections.map(({ line }) => line);
  expect(lines).toEqual(Array.from({ length: KEPT_REJECTIONS_MAX }, (_, index) => index + 2));
});
