/** How the screen looks: its themes, the contrast of what it says, and what spares a display. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  describeInChromium,
  expectState,
  keepScreenshot,
  launchChromium,
  openPage,
  retime,
} from './chromium.ts';
import { luminanceOfGround, measureContrast } from './contrast.ts';
import { FakeBoards, ranked, servePage } from './fake-boards.ts';

const SCORES = [990, 870, 860, 600, 480, 479, 300, 200, 120, 7];

describeInChromium('the look of the live screen', () => {
  let browser: Browser;
  let files: Awaited<ReturnType<typeof servePage>>;

  beforeAll(async () => {
    [browser, files] = await Promise.all([launchChromium(), servePage()]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    files?.close();
  });

  async function open(page: Page, query: string): Promise<FakeBoards> {
    const fake = new FakeBoards();
    await fake.serve(page);
    for (const key of ['weekly', 'all-time']) fake.set(key, ranked(SCORES));
    await page.goto(`${files.url}/screen?${query}`);
    await expectState(page, 'live');
    return fake;
  }

  it.each(['hall', 'dark', 'light'])('has the contrast of AA in the theme %s', async (theme) => {
    const { page } = await openPage(browser);
    const join = encodeURIComponent('https://tallymark.example/join');
    const fake = await open(page, `board=weekly,all-time,empty&join=${join}&theme=${theme}`);
    await page.locator('.join-code').waitFor();
    // Marks of all kinds, over medals, bars and cards.
    const scores = [880, 990, 300, 601, ...SCORES.slice(4, 8), 121, -1, 1_000, 125];
    fake.set('weekly', ranked(scores).slice(0, 10));
    await expect.poll(() => page.locator('.row[data-news="new"]').count()).toBe(2);
    await page.waitForTimeout(800);
    await keepScreenshot(page, `theme-${theme}`);
    const { count, poor } = await measureContrast(page);
    expect(count).toBeGreaterThan(90);
    expect(poor).toEqual([]);
    const ground = await luminanceOfGround(page);
    if (theme === 'hall') expect(ground).toBeLessThan(0.002);
    if (theme === 'light') expect(ground).toBeGreaterThan(0.8);
    await page.context().close();
  });

  it('goes by the system where no theme is asked for', async () => {
    const { page } = await openPage(browser);
    await open(page, '');
    const theme = () => page.locator('html').getAttribute('data-theme');
    expect(await theme()).toBe('dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(theme).toBe('light');
    await page.context().close();
  });

  it('shifts a little in a hall, so that nothing burns in', async () => {
    const { page } = await openPage(browser);
    await retime(page, 'theme.js', { DRIFT_MS: 50 });
    await open(page, 'board=weekly,all-time&theme=hall');
    const seen = (await page.evaluate(places)) as [number, number, number][];
    for (const axis of [0, 1] as const) {
      const at = seen.map((place) => place[axis]);
      expect(Math.max(...at) - Math.min(...at)).toBeGreaterThan(3);
      expect(Math.max(...at) - Math.min(...at)).toBeLessThanOrEqual(12);
    }
    expect(Math.max(...seen.map(([, , overflow]) => overflow))).toBeLessThanOrEqual(0);
    await page.context().close();
  });
});

/** Where the first board is, for more than one round of its drift, and by how much the page overflows. */
const places = `new Promise((resolve) => {
  const seen = [];
  const look = () => {
    const { x, y } = document.querySelector('.panel').getBoundingClientRect();
    const { scrollWidth, scrollHeight } = document.documentElement;
    seen.push([x, y, Math.max(scrollWidth - innerWidth, scrollHeight - innerHeight)]);
    if (seen.length === 60) resolve(seen); else setTimeout(look, 20);
  };
  look();
})`;
