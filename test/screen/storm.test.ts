/** A storm of changes, gaps in them, and a connection that is lost again and again. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  describeInChromium,
  expectState,
  keepScreenshot,
  launchChromium,
  namesOn,
  openPage,
  retime,
} from './chromium.ts';
import { FakeBoards, ranked, servePage } from './fake-boards.ts';
import { countTimersAndSockets, measureHeld } from './held.ts';

const BOARDS = ['a', 'b', 'c', 'd'];
const ROWS = 10;
const STORM_MS = 3_000;

describeInChromium('the live screen in a storm', () => {
  let browser: Browser;
  let files: Awaited<ReturnType<typeof servePage>>;

  beforeAll(async () => {
    [browser, files] = await Promise.all([launchChromium(), servePage()]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    files?.close();
  });

  async function open(page: Page, boards: readonly string[], fake = new FakeBoards()) {
    if (!fake.serves) await fake.serve(page);
    for (const key of boards) fake.set(key, ranked(Array.from({ length: ROWS }, (_, i) => 90 - i)));
    await page.goto(`${files.url}/screen?board=${boards.join(',')}`);
    await expectState(page, 'live');
    return fake;
  }

  /** Changes every board 25 times a second: scores rise and fall, members come and go. */
  async function storm(fake: FakeBoards): Promise<number> {
    let changes = 0;
    for (const end = Date.now() + STORM_MS; Date.now() < end; ) {
      for (const key of BOARDS) {
        const scores = Array.from({ length: ROWS + 4 }, () => Math.ceil(Math.random() * 900));
        fake.set(key, ranked(scores).slice(0, ROWS));
        changes += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    return changes;
  }

  const namesOf = (page: Page, key: string) =>
    page.locator(`.panel[data-board="${key}"] .row:not(.leaving) .name`).allTextContents();

  it('shows the newest, and piles up no movements', async () => {
    const { page, complaints } = await openPage(browser);
    const fake = await open(page, BOARDS);
    await page.evaluate(watchMovements);
    const changes = await storm(fake);
    await keepScreenshot(page, 'storm');
    for (const key of BOARDS) {
      const newest = fake.rowsOf(key).map(({ member }) => member.displayName);
      await expect.poll(() => namesOf(page, key), { timeout: 2_000 }).toEqual(newest);
    }
    const { most, begun } = (await page.evaluate('globalThis.movements')) as Record<string, number>;
    // A row glides or comes, its score, gain and bar move; one that left fades: all but the newest end.
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(BOARDS.length * ROWS * 6 + 1);
    // Rounds are 300 ms apart, whatever comes; each begins at most five movements a row.
    expect(changes).toBeGreaterThan((STORM_MS / 300 + 2) * BOARDS.length);
    expect(begun).toBeLessThanOrEqual((STORM_MS / 300 + 3) * BOARDS.length * ROWS * 5);
    const running = 'document.getAnimations().filter((a) => a.animationName !== "breathe").length';
    await expect.poll(() => page.evaluate(running), { timeout: 6_000 }).toBe(0);
    expect(await page.locator('.row').count()).toBe(BOARDS.length * ROWS);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('marks what happened, and moves nothing where motion is not wanted', async () => {
    const { page } = await openPage(browser, { reducedMotion: 'reduce' });
    const fake = await open(page, ['a']);
    await page.evaluate(watchMovements);
    const scores = fake.rowsOf('a').map(({ score }) => score);
    // The last rises to the top, the second loses, the ninth leaves for one who is new.
    fake.set('a', ranked([90, 40, ...scores.slice(2, 8), -1, 120, 60]).slice(0, ROWS));
    await expect.poll(() => namesOn(page), { timeout: 2_000 }).toContain('Member 10');
    const row = (name: string) =>
      page.locator('.row', { has: page.getByText(name, { exact: true }) });
    const marks = async (name: string) => [
      await row(name).getAttribute('data-news'),
      await row(name).locator('.marker').textContent(),
      await row(name).locator('.gain').textContent(),
    ];
    expect(await marks('Member 9')).toEqual(['up', '▲9', '+39']);
    expect(await marks('Member 1')).toEqual(['down', '▼8', '−49']);
    expect(await marks('Member 10')).toEqual(['new', 'new', '']);
    expect(await row('Member 9').locator('.score').textContent()).toBe('120');
    await keepScreenshot(page, 'marks');
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
    expect(await page.evaluate('globalThis.movements')).toEqual({ most: 0, begun: 0 });
    await page.context().close();
  });

  it('asks for everything when a change is missing, and goes on where a lost socket ended', async () => {
    const { page } = await openPage(browser);
    await retime(page, 'backoff.js', { first: 50 });
    const fake = await open(page, ['a', 'b']);
    // Twice in a row, with changes that go on: none of them leads anywhere.
    for (let turn = 0; turn < 2; turn += 1) {
      fake.miss('a');
      for (let score = 0; score < 10; score += 1) fake.set('a', ranked([score, 20, 30]));
      await expect.poll(() => fake.asked.length, { timeout: 5_000 }).toBe(3 + turn);
    }
    fake.set('a', ranked([1, 2, 3]));
    const newest = ['Member 2', 'Member 1', 'Member 0'];
    await expect.poll(() => namesOf(page, 'a')).toEqual(newest);
    expect(fake.opened).toBe(1);
    expect(fake.asked.map(({ variables }) => variables)).toEqual([
      { key: 'a', first: 10 },
      { key: 'b', first: 10 },
      { key: 'a', first: 10 },
      { key: 'a', first: 10 },
    ]);
    await fake.hangUp();
    await expect.poll(() => fake.asked.length, { timeout: 5_000 }).toBe(6);
    await expectState(page, 'live');
    expect(fake.asked.slice(4).map(({ variables }) => variables)).toEqual([
      { key: 'a', first: 10, after: fake.versionOf('a'), season: 'season-a' },
      { key: 'b', first: 10, after: fake.versionOf('b'), season: 'season-b' },
    ]);
    // One document for all boards, screens and times: the server executes it once.
    expect(new Set(fake.asked.map(({ query }) => query)).size).toBe(1);
    await page.context().close();
  });

  it('keeps the rows of a board that is refused, says why, and follows it again', async () => {
    const { page } = await openPage(browser);
    const fake = await open(page, ['a', 'b']);
    const panel = page.locator('.panel[data-board="a"]');
    fake.refuse('a', 'INTERNAL_SERVER_ERROR', 'Out of luck');
    await expect.poll(() => panel.getAttribute('data-state')).toBe('fault');
    expect(await panel.locator('.note').textContent()).toContain('Out of luck');
    expect(await panel.locator('.row').count()).toBe(ROWS);
    expect(await page.locator('#state-label').textContent()).toBe('Live');
    fake.set('a', ranked([7]));
    await expect.poll(() => namesOf(page, 'a'), { timeout: 5_000 }).toEqual(['Member 0']);
    expect(await panel.getAttribute('data-state')).toBe('live');
    expect(await panel.locator('.note').textContent()).toBe('');
    // All of it: the place may have been what the server could not make sense of.
    expect(fake.asked.at(-1)?.variables).toEqual({ key: 'a', first: 10 });
    await page.context().close();
  });

  it('does not press a server whose answers make no sense', async () => {
    const { page } = await openPage(browser);
    await retime(page, 'connection.js', { STEADY_MS: 100 });
    const fake = await open(page, ['a', 'b']);
    const tooMany = Array.from({ length: ROWS + 3 }, (_, index) => index);
    fake.set('a', ranked(tooMany));
    const state = () => page.locator('.panel[data-board="a"]').getAttribute('data-state');
    await expect.poll(state, { timeout: 4_000 }).toBe('stale');
    await page.waitForTimeout(4_000);
    expect(fake.asked.length).toBeGreaterThan(3);
    expect(fake.asked.length).toBeLessThan(9);
    expect(fake.opened).toBe(1);
    expect(await page.locator('.panel[data-board="b"]').getAttribute('data-state')).toBe('live');
    fake.set('a', ranked([3]));
    await expect.poll(state, { timeout: 20_000 }).toBe('live');
    await page.context().close();
  }, 40_000);

  it('loses its connection forty times and holds on to nothing', async () => {
    const { page, complaints } = await openPage(browser);
    await retime(page, 'backoff.js', { first: 10, longest: 20 });
    const fake = new FakeBoards();
    await fake.serve(page); // Its sockets are those to count.
    await countTimersAndSockets(page);
    await open(page, BOARDS, fake);
    const lose = async (times: number) => {
      for (let time = 0; time < times; time += 1) {
        const before = fake.asked.length;
        await fake.hangUp();
        const asked = () => fake.asked.length;
        await expect.poll(asked, { interval: 5, timeout: 5_000 }).toBe(before + BOARDS.length);
        await page.evaluate('0'); // The answers are there before its own.
      }
      await expectState(page, 'live');
      await page.waitForTimeout(500);
    };
    await lose(8);
    const before = await measureHeld(page);
    await lose(40);
    const after = await measureHeld(page);
    expect(after.sockets).toBe(1);
    expect(after.timers).toBeLessThanOrEqual(before.timers + 1);
    expect(after.listeners).toBeLessThanOrEqual(before.listeners + 5);
    expect(after.nodes).toBeLessThanOrEqual(before.nodes + 50);
    expect(after.heapBytes - before.heapBytes).toBeLessThan(1_000_000);
    fake.set('a', ranked([5]));
    await expect.poll(() => namesOf(page, 'a')).toEqual(['Member 0']);
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 60_000);
});

/** How many movements run at most, and how many began. */
const watchMovements = `globalThis.movements = { most: 0, begun: 0 };
  (() => {
    const animate = Element.prototype.animate;
    Element.prototype.animate = function (...args) {
      globalThis.movements.begun += 1;
      return animate.apply(this, args);
    };
    const look = () => {
      const running = document.getAnimations().filter((a) => a.animationName !== 'breathe').length;
      globalThis.movements.most = Math.max(globalThis.movements.most, running);
      requestAnimationFrame(look);
    };
    look();
  })()`;
