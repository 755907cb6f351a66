/** A server that is killed and started again and again under two screens. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInChromium, expectState, launchChromium, openPage, retime } from './chromium.ts';
import { countTimersAndSockets, measureHeld } from './held.ts';
import { startTallymark, type TallymarkProcess } from './tallymark-process.ts';

type Standings = {
  leaderboard: {
    season: { standings: { nodes: { score: number; member: { displayName: string } }[] } };
  };
};

const BOARDS = ['daily', 'all-time'];
const MEMBERS = ['linus', 'niklaus', 'ada', 'grace'];
const standings = `query ($key: String!) {
  leaderboard(key: $key) {
    season { standings(first: 10) { nodes { score member { displayName } } } }
  }
}`;

describeInChromium('the live screen over restarts', () => {
  let browser: Browser;
  let server: TallymarkProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startTallymark()]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  async function open(transport: string): Promise<Page> {
    const { page } = await openPage(browser, { viewport: { width: 1280, height: 720 } });
    await countTimersAndSockets(page);
    await retime(page, 'backoff.js', { longest: 1_000 });
    await page.goto(`${server.url}/screen?board=${BOARDS.join(',')}&transport=${transport}`);
    await expectState(page, 'live');
    return page;
  }

  const rowsOn = (page: Page, key: string): Promise<[string, number][]> =>
    page.evaluate(
      `[...document.querySelectorAll('.panel[data-board="${key}"] .row:not(.leaving)')].map((row) =>
        [row.querySelector('.name').textContent, Number(row.querySelector('.score').textContent)])`,
    );

  async function rowsOf(key: string): Promise<[string, number][]> {
    const { leaderboard } = await server.call<Standings>(standings, { key });
    return leaderboard.season.standings.nodes.map(({ score, member }) => [
      member.displayName,
      score,
    ]);
  }

  /** Live, and the same as the server says; both move on meanwhile. */
  async function expectRight(page: Page): Promise<void> {
    await expectState(page, 'live', 20_000);
    for (const key of BOARDS) {
      const differs = async () => {
        const [shown, known] = await Promise.all([rowsOn(page, key), rowsOf(key)]);
        return JSON.stringify(shown) === JSON.stringify(known) ? [] : [shown, known];
      };
      await expect.poll(differs, { timeout: 10_000 }).toEqual([]);
      expect(await page.locator(`.panel[data-board="${key}"]`).getAttribute('data-state')).toBe(
        'live',
      );
    }
  }

  it('is live and right after each, and holds on to nothing', async () => {
    const pages = await Promise.all(['ws', 'sse'].map(open));
    const held: Awaited<ReturnType<typeof measureHeld>>[][] = [];
    for (const [round, member] of MEMBERS.entries()) {
      // Cut off, once asked to stop; with news that the screens only hear of afterwards.
      await (round === 2 ? server.stop() : server.kill());
      for (const page of pages) await expectState(page, 'reconnecting');
      await server.start();
      await server.checkIn(member);
      await Promise.all(pages.map(expectRight));
      await pages[0]?.waitForTimeout(500);
      held.push(await Promise.all(pages.map(measureHeld)));
    }
    pages.forEach((_page, index) => {
      const [early, late] = [held[1]?.[index], held.at(-1)?.[index]];
      if (early === undefined || late === undefined) throw new Error('not measured');
      expect(late.sockets).toBe(index === 0 ? 1 : 0);
      // What rows have of their last change: a mark, a gain, a movement. storm.test.ts has none.
      const rows = BOARDS.length * 10;
      expect(late.timers).toBeLessThanOrEqual(early.timers + 2 * rows);
      expect(late.listeners).toBeLessThanOrEqual(early.listeners + rows);
      expect(late.nodes).toBeLessThanOrEqual(early.nodes + 150);
      expect(late.heapBytes - early.heapBytes).toBeLessThan(1_000_000);
    });
    for (const page of pages) await page.context().close();
  }, 120_000);
});
