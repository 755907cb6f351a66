/** Whatever fails, and whoever runs beside: the same payouts, once each (S79). */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { limits } from '../../src/limits.ts';
import { Unavailable } from '../../src/platform/refusal.ts';
import { atStart, award } from '../../src/settlements/awards.ts';
import { runSettlements } from '../../src/settlements/settle.ts';
import { openEconomies } from '../economy/api.ts';
import { seedOf } from '../rules/arbitraries.ts';
import { bePatient } from '../support/patience.ts';
import { byPlaces } from './arbitraries.ts';
import { contest, freeze, score, settlement, TUESDAY, won } from './contest.ts';

const seed = seedOf('settlements/faults');
const { settlementRowsMax, jobMembersMax } = limits;
let economies: Awaited<ReturnType<typeof openEconomies>>;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(TUESDAY);
});
afterAll(async () => {
  Object.assign(limits, { settlementRowsMax, jobMembersMax });
  await economies.close();
});

/** What becomes of a payment: it is made, it is made and nobody hears of it, or it is not made. */
const fates = fc.infiniteStream(
  fc.constantFrom('done' as const, 'unheard' as const, 'lost' as const),
);

it('pays what the frozen ranking says, whatever becomes of payments', async () => {
  const scores = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 9 });
  const sizes = fc.record({
    rows: fc.integer({ min: 1, max: 4 }),
    members: fc.integer({ min: 1, max: 4 }),
  });
  const run = fc.asyncProperty(
    byPlaces,
    scores,
    sizes,
    fates,
    async (prizes, given, size, fate) => {
      const eco = await economies.open();
      const { bands, ties, budget } = prizes;
      await contest(eco, { bands, ties, budget });
      await score(eco, Object.fromEntries(given.map((one, index) => [`m${index}`, one])));
      await freeze(eco);
      Object.assign(limits, { settlementRowsMax: size.rows, jobMembersMax: size.members });
      const { app } = eco.test;
      const flaky = async (...asked: Parameters<Engine['run']>) => {
        const { value } = fate.next();
        if (value === 'lost') throw new Unavailable('lost');
        const answer = await app.engine.run(...asked);
        if (value === 'unheard') throw new Unavailable('unheard');
        return answer;
      };
      const tools = { ...app, engine: { run: flaky as Engine['run'] } };
      for (let runs = 0; (await settlement(eco)).state !== 'PUBLISHED'; runs += 1) {
        expect(runs).toBeLessThan(200);
        await Promise.all([runSettlements(tools), runSettlements(tools)]);
      }
      const ranked = given
        .map((one, index) => ({ score: one, participantId: index }))
        .sort((a, b) => b.score - a.score || a.participantId - b.participantId)
        .map((row) => ({
          ...{ reachedAt: new Date(0), ...row },
          equals: given.filter((other) => other === row.score).length,
        }));
      const terms = { prizes, goal: 'RANKING', rankMode: 'COMPETITION' } as const;
      const { winners } = award(terms, ranked, atStart);
      const expected = winners.map(
        ({ place, rank, participantId, points }) => `${place} ${rank} m${participantId} ${points}`,
      );
      const found = await settlement(eco);
      expect(won(found)).toEqual(expected);
      const sum = winners.reduce((all, { points }) => all + points, 0);
      expect(found).toMatchObject({ planned: sum, paid: sum });
      for (const [index] of given.entries()) {
        const points = winners.find(({ participantId }) => participantId === index)?.points ?? 0;
        const [line, ...more] = await eco.ledger(`m${index}`);
        expect([line?.amount ?? 0, more]).toEqual([points, []]);
      }
    },
  );
  await fc.assert(run, { seed, numRuns: 12, endOnFailure: true });
}, 120_000);
