/** That everything on a screen is seen whole, in the sizes that halls have. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  describeInChromium,
  expectState,
  keepScreenshot,
  launchChromium,
  openPage,
} from './chromium.ts';
import { FakeBoards, ranked, servePage } from './fake-boards.ts';

const KEYS = ['spring', 'summer', 'autumn', 'winter'];
const usual = [9_120, 8_400, 7_001, 6_500, 6_400, 5_000, 4_321, 3_000, 2_000, 12];
const hugest = usual.map((_, index) => Number.MAX_SAFE_INTEGER - index);

describeInChromium('the layout of the live screen', () => {
  let browser: Browser;
  let site: { url: string; close(): void };

  beforeAll(async () => {
    [browser, site] = await Promise.all([launchChromium(), servePage()]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    site?.close();
  });

  async function show(
    viewport: { width: number; height: number },
    count: number,
    scores: readonly number[],
    query = '',
  ): Promise<Page> {
    const { page } = await openPage(browser, { viewport, reducedMotion: 'reduce' });
    const boards = new FakeBoards();
    const keys = KEYS.slice(0, count);
    for (const key of keys) boards.set(key, ranked(scores));
    await boards.serve(page);
    await page.goto(`${site.url}/screen?board=${keys.join(',')}${query}`);
    await expectState(page, 'live');
    await expect.poll(() => page.locator('.row').count()).toBe(count * scores.length);
    return page;
  }

  /** What sticks out of the page, of its row or of its own box; letters, in pixels. */
  const measure = (page: Page) =>
    page.evaluate(`(() => {
      const out = (element, box) => {
        const [a, b] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
        return a.top < b.top - 2 || a.bottom > b.bottom + 2 || a.left < b.left - 1 || a.right > b.right + 1;
      };
      const parts = [...document.querySelectorAll('.row .rank, .row .name, .row .score')];
      const root = document.documentElement;
      return {
        wide: root.scrollWidth - innerWidth,
        tall: root.scrollHeight - innerHeight,
        clipped: parts.filter((part) => out(part, part.closest(".row"))).map((part) => part.className),
        narrowest: Math.min(...[...document.querySelectorAll('.row .name')].map((name) => name.clientWidth / parseFloat(getComputedStyle(name).fontSize))),
        letters: Math.min(...parts.filter((part) => part.className !== 'rank').map((part) => parseFloat(getComputedStyle(part).fontSize))),
      };
    })()`) as Promise<Record<'wide' | 'tall' | 'narrowest' | 'letters', number>>;

  it.each([
    [1080, 1920, 1, 40],
    [1080, 1920, 2, 27],
    [1080, 1920, 4, 17],
    [1024, 1366, 2, 18],
    [768, 1024, 2, 13],
    [1280, 720, 4, 14],
    [1920, 1080, 3, 26],
    [3840, 2160, 2, 70],
  ])('on %d x %d shows %d boards whole', async (width, height, count, letters) => {
    for (const theme of ['dark', 'hall']) {
      const page = await show({ width, height }, count, usual, `&theme=${theme}`);
      const found = await measure(page);
      expect(found).toMatchObject({ wide: 0, tall: 0, clipped: [] });
      expect(found.letters).toBeGreaterThanOrEqual(letters);
      await keepScreenshot(page, `layout-${width}x${height}-${count}-${theme}`);
      await page.context().close();
    }
  });

  it('has larger letters in a hall, with several boards, too', async () => {
    const size = { width: 1920, height: 1080 };
    for (const count of [1, 2, 4]) {
      const [dark, hall] = [
        await show(size, count, usual, '&theme=dark'),
        await show(size, count, usual, '&theme=hall'),
      ];
      expect((await measure(hall)).letters).toBeGreaterThan((await measure(dark)).letters * 1.05);
      for (const page of [dark, hall]) await page.context().close();
    }
  });

  it.each([
    [1280, 720, 4],
    [1920, 1080, 4],
    [1080, 1920, 2],
    [390, 844, 1],
  ])(
    'on %d x %d with %d boards shows the largest scores whole, with names',
    async (width, height, count) => {
      const page = await show({ width, height }, count, hugest);
      const found = await measure(page);
      expect(found).toMatchObject({ wide: 0, clipped: [] });
      expect(found.narrowest).toBeGreaterThan(3);
      await keepScreenshot(page, `layout-huge-${width}x${height}-${count}`);
      await page.context().close();
    },
  );

  it('keeps the code to join by on a tall screen, whole', async () => {
    const join = encodeURIComponent('https://tallymark.example/join');
    const page = await show({ width: 1080, height: 1920 }, 2, usual, `&join=${join}`);
    await page.locator('.join-code').waitFor();
    expect(await measure(page)).toMatchObject({ wide: 0, tall: 0, clipped: [] });
    expect((await page.locator('.join-code').boundingBox())?.width).toBeGreaterThan(250);
    await keepScreenshot(page, 'layout-tall-join');
    await page.context().close();
  });
});
