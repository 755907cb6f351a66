/** What a hall sees: the live screen in a real browser, on a real server. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  describeInChromium,
  expectState,
  keepScreenshot,
  launchChromium,
  namesOn,
  openPage,
} from './chromium.ts';
import { startTallymark, type TallymarkProcess } from './tallymark-process.ts';

type Standings = {
  leaderboard: { season: { standings: { nodes: { member: { displayName: string } }[] } } };
};

const WRONG_KEY = `tm_screen_${'0'.repeat(16)}_${'A'.repeat(43)}`;

describeInChromium('the live screen', () => {
  let browser: Browser;
  let server: TallymarkProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startTallymark()]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  const open = (page: Page, query: string) => page.goto(`${server.url}/screen?${query}`);
  const withoutDemoKey = (page: Page) =>
    page.route('**/screen/config.json', (route) => route.fulfill({ json: { key: null } }));

  it('shows the first ten in order, legibly and without a complaint', async () => {
    const { page, complaints } = await openPage(browser);
    await open(page, '');
    await expectState(page, 'live');
    const { leaderboard } = await server.call<Standings>(
      `{ leaderboard(key: "all-time") { season { standings(first: 10) { nodes { member { displayName } } } } } }`,
    );
    const expected = leaderboard.season.standings.nodes.map(({ member }) => member.displayName);
    expect(expected).toHaveLength(10);
    expect(await namesOn(page)).toEqual(expected);
    expect(await page.locator('h1').textContent()).toBe('All time');
    expect(await page.locator('.participants').textContent()).toBe('12 participants');
    expect(await page.locator('#state-label').textContent()).toBe('Live');
    expect(await page.locator('body').getAttribute('data-transport')).toBe('ws');
    const fits = 'document.documentElement.scrollHeight <= innerHeight';
    expect(await page.evaluate(fits)).toBe(true);
    const size = "parseFloat(getComputedStyle(document.querySelector('.row')).fontSize)";
    expect(await page.evaluate(size)).toBeGreaterThan(40);
    await page.waitForTimeout(800); // The bars have grown.
    await keepScreenshot(page, 'dark');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('moves a row within two seconds of a check-in, from an empty board on', async () => {
    const { page, complaints } = await openPage(browser);
    await open(page, 'board=daily');
    await expectState(page, 'live');
    expect(await page.locator('.panel .message').textContent()).toBe('Nobody has scored yet');
    await keepScreenshot(page, 'empty');

    await server.checkIn('linus');
    await expect.poll(() => namesOn(page), { timeout: 2_000 }).toEqual(['Linus Torvalds']);
    await server.checkIn('niklaus');
    const order = ['Niklaus Wirth', 'Linus Torvalds'];
    await expect.poll(() => namesOn(page), { timeout: 2_000 }).toEqual(order);
    await server.checkIn('ada');
    const moved = ['Ada Lovelace', 'Niklaus Wirth', 'Linus Torvalds'];
    await expect.poll(() => namesOn(page), { timeout: 2_000 }).toEqual(moved);
    const marker = page.locator('.row', { hasText: 'Linus Torvalds' }).locator('.marker');
    expect(await marker.textContent()).toBe('▼2');
    expect(await page.locator('.participants').textContent()).toBe('3 participants');
    await keepScreenshot(page, 'moving');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('glides where motion is welcome and only there', async () => {
    const welcome = await openPage(browser);
    const reduced = await openPage(browser, { reducedMotion: 'reduce' });
    const gliding = `new Promise((resolve) => {
      const animate = Element.prototype.animate;
      let count = 0;
      Element.prototype.animate = function (...args) { count += 1; return animate.apply(this, args); };
      new MutationObserver(() => setTimeout(() => resolve(count), 500))
        .observe(document.querySelector('.participants'), { childList: true, characterData: true, subtree: true });
    })`;
    const counts = await Promise.all(
      [welcome, reduced].map(async ({ page }) => {
        await open(page, 'board=daily');
        await expectState(page, 'live');
        return page.evaluate(`globalThis.glides = ${gliding}; 0`);
      }),
    );
    expect(counts).toEqual([0, 0]);
    await server.checkIn('katherine');
    expect(await welcome.page.evaluate('globalThis.glides')).toBeGreaterThan(0);
    expect(await reduced.page.evaluate('globalThis.glides')).toBe(0);
    expect((await namesOn(reduced.page)).sort()).toEqual((await namesOn(welcome.page)).sort());
    for (const { page } of [welcome, reduced]) await page.context().close();
  });

  it('shows a hostile name as the text it is', async () => {
    const hostile = '<img src=x onerror="globalThis.hacked=1"><script>hacked=1</script>';
    await server.enrol('hostile', hostile);
    const { page, complaints } = await openPage(browser);
    await open(page, 'board=daily&first=50');
    await expectState(page, 'live');
    await server.checkIn('hostile');
    await expect.poll(() => namesOn(page), { timeout: 2_000 }).toContain(hostile);
    expect(await page.locator('body img, body script').count()).toBe(0);
    expect(await page.evaluate('typeof globalThis.hacked')).toBe('undefined');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('asks for a key, and keeps it out of sight', async () => {
    const { page } = await openPage(browser);
    await withoutDemoKey(page);
    await open(page, 'board=weekly');
    await expectState(page, 'unauthorized');
    expect(await page.locator('#key-title').textContent()).toBe('This screen needs a key');
    expect(await page.locator('#key-problem').textContent()).toBe('');
    await keepScreenshot(page, 'key-form');

    await page.fill('#key-input', `tm_operator_${'0'.repeat(16)}_${'A'.repeat(43)}`);
    await page.click('#key-submit');
    expect(await page.locator('#key-problem').textContent()).toContain('not a screen key');
    await page.fill('#key-input', WRONG_KEY);
    await page.click('#key-submit');
    const problem = () => page.locator('#key-problem').textContent();
    await expect.poll(problem).toContain('did not accept this key');

    await page.fill('#key-input', server.screenKey);
    await page.check('#key-remember');
    await page.click('#key-submit');
    await expectState(page, 'live');
    expect(await page.locator('#key-form').isVisible()).toBe(false);
    const another = await page.context().newPage();
    await withoutDemoKey(another);
    await open(another, 'board=weekly');
    await expectState(another, 'live');
    await page.context().close();
  });

  it.each(['ws', 'sse'])('takes a key from the fragment over %s', async (transport) => {
    const { page } = await openPage(browser);
    await withoutDemoKey(page);
    const seen: string[] = [];
    page.on('request', (request) => seen.push(request.url()));
    await open(page, `board=weekly&transport=${transport}#key=${WRONG_KEY}`);
    await expectState(page, 'unauthorized');
    await expect.poll(() => page.locator('#key-form').isVisible()).toBe(true);
    await page.evaluate(`location.hash = 'key=${server.screenKey}'; 0`);
    await expectState(page, 'live');
    expect(page.url()).toBe(`${server.url}/screen?board=weekly&transport=${transport}`);
    await page.reload();
    await expectState(page, 'live');
    expect(seen.filter((url) => url.includes('tm_screen') && !url.includes('#'))).toEqual([]);
    await page.context().close();
  });

  it.each(['ws', 'sse'])('names a board that is not there over %s', async (transport) => {
    const { page } = await openPage(browser, { locale: 'zh-CN' });
    await open(page, `board=nowhere&transport=${transport}`);
    await expectState(page, 'unknown');
    expect(await page.locator('.panel .message').textContent()).toBe('没有名为“nowhere”的排行榜。');
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await page.context().close();
  });

  it.each([
    ['phone', { width: 390, height: 844 }, 'board=all-time'],
    ['portrait', { width: 1080, height: 1920 }, 'board=weekly'],
    ['fifty', { width: 1920, height: 1080 }, 'board=all-time&first=50'],
  ])('fits a %s, in the light too', async (name, viewport, query) => {
    const { page } = await openPage(browser, { viewport, colorScheme: 'light' });
    await open(page, query);
    await expectState(page, 'live');
    const overflow = 'document.documentElement.scrollWidth - innerWidth';
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    await page.waitForTimeout(800);
    await keepScreenshot(page, name);
    await page.context().close();
  });
});
