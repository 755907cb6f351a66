/** Several boards on one screen, the code to join and the languages. */
import type { Browser, Page } from 'playwright-core';
import { decodeQR } from 'qr/decode.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { metric } from '../support/server-process.ts';
import {
  describeInChromium,
  expectState,
  keepScreenshot,
  launchChromium,
  namesOn,
  openPage,
  retime,
} from './chromium.ts';
import { pixelsOf } from './contrast.ts';
import { startTallymark, type TallymarkProcess } from './tallymark-process.ts';

type Box = { readonly x: number; readonly y: number; readonly width: number };

const JOIN = 'https://tallymark.example/join/spring?team=7';
const ALL = 'board=daily,weekly,monthly,all-time';

describeInChromium('the live screen of several boards', () => {
  let browser: Browser;
  let server: TallymarkProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startTallymark()]);
    for (const member of ['linus', 'niklaus', 'ada']) await server.checkIn(member);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  const open = (page: Page, query: string) => page.goto(`${server.url}/screen?${query}`);
  const panel = (page: Page, key: string) => page.locator(`.panel[data-board="${key}"]`);
  const stateOf = (page: Page, key: string) => panel(page, key).getAttribute('data-state');

  async function boxesOf(page: Page): Promise<Box[]> {
    const all = await page.locator('.panel').all();
    return Promise.all(all.map(async (one) => (await one.boundingBox()) as Box));
  }

  it.each(['ws', 'sse'])('follows four over %s, on one socket where there is one', async (how) => {
    const { page, complaints } = await openPage(browser);
    let sockets = 0;
    let streams = 0;
    page.on('websocket', () => {
      sockets += 1;
    });
    page.on('request', (request) => {
      if (request.method() === 'POST') streams += 1;
    });
    await open(page, `${ALL}&transport=${how}`);
    await expectState(page, 'live');
    expect([sockets, streams]).toEqual(how === 'ws' ? [1, 0] : [0, 4]);
    const titles = await page.locator('.panel .title').allTextContents();
    expect(titles).toEqual(['Today', 'This week', 'This month', 'All time']);
    const newcomer = how === 'ws' ? 'grace' : 'alan';
    const name = how === 'ws' ? 'Grace Hopper' : 'Alan Turing';
    const names = (key: string) =>
      panel(page, key).locator('.row:not(.leaving) .name').allTextContents();
    expect(await names('daily')).not.toContain(name);
    const scoreOf = async (key: string) =>
      panel(page, key).locator('.row', { hasText: name }).locator('.score').textContent();
    const before = await scoreOf('all-time');
    await server.checkIn(newcomer);
    await expect.poll(() => names('daily'), { timeout: 2_000 }).toContain(name);
    await expect.poll(() => scoreOf('all-time'), { timeout: 2_000 }).not.toBe(before);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('costs the server one execution, however many screens there are', async () => {
    const screens = ['ws', 'ws', 'sse'];
    const pages = await Promise.all(
      screens.map(async (how) => {
        const { page } = await openPage(browser);
        await open(page, `board=monthly,daily&transport=${how}`);
        await expectState(page, 'live');
        return page;
      }),
    );
    const counts = () =>
      Promise.all(['made', 'sent'].map((what) => metric(server.url, `tallymark_live_${what}`)));
    const [made = 0, sent = 0] = await counts();
    await server.checkIn('tu');
    for (const page of pages) {
      await expect.poll(() => namesOn(page), { timeout: 2_000 }).toContain('屠呦呦');
    }
    const sentToEach = async () => {
      const [madeNow = 0, sentNow = 0] = await counts();
      return madeNow > made && sentNow - sent === screens.length * (madeNow - made);
    };
    await expect.poll(sentToEach, { timeout: 5_000 }).toBe(true);
    for (const page of pages) await page.context().close();
  });

  it.each([
    ['hall', { width: 1920, height: 1080 }, 18],
    ['small', { width: 1280, height: 720 }, 13],
  ])('stand side by side on a %s screen, legibly', async (name, viewport, letters) => {
    const { page } = await openPage(browser, { viewport });
    await open(page, `${ALL}&theme=hall`);
    await expectState(page, 'live');
    const boxes = await boxesOf(page);
    expect(new Set(boxes.map(({ y }) => y)).size).toBe(1);
    boxes.slice(1).forEach(({ x }, index) => {
      const left = boxes[index];
      expect(x).toBeGreaterThan((left?.x ?? 0) + (left?.width ?? 0));
    });
    // Titles, and the first rows, are on one line each.
    const lines = (part: string) =>
      page.evaluate(
        `new Set([...document.querySelectorAll('${part}')].map((e) => Math.round(e.getBoundingClientRect().top))).size`,
      );
    expect(await lines('.title')).toBe(1);
    expect(await lines('.board')).toBe(1);
    expect(await lines('.panel-head .participants')).toBe(1);
    const cut = `[...document.querySelectorAll('.title')].filter((e) => e.scrollWidth > e.clientWidth).length`;
    expect(await page.evaluate(cut)).toBe(0);
    const overflow = `[document.documentElement.scrollWidth - innerWidth,
      document.documentElement.scrollHeight - innerHeight]`;
    expect(Math.max(...((await page.evaluate(overflow)) as number[]))).toBeLessThanOrEqual(0);
    const smallest = `Math.min(...[...document.querySelectorAll('.row .name, .row .score, .panel p')]
      .filter((element) => element.checkVisibility() && element.textContent)
      .map((element) => parseFloat(getComputedStyle(element).fontSize)))`;
    expect(await page.evaluate(smallest)).toBeGreaterThanOrEqual(letters);
    expect(await page.locator('.gap').first().isVisible()).toBe(true);
    await page.waitForTimeout(800);
    await keepScreenshot(page, `four-${name}`);
    await page.context().close();
  });

  it('stack on a phone, the code below', async () => {
    const { page } = await openPage(browser, { viewport: { width: 390, height: 844 } });
    await open(page, `board=weekly,all-time&join=${encodeURIComponent(JOIN)}`);
    await expectState(page, 'live');
    const [first, second] = await boxesOf(page);
    expect(second?.x).toBe(first?.x);
    expect(second?.y).toBeGreaterThan(first?.y ?? 0);
    const code = await page.locator('.join-code').boundingBox();
    expect(code?.y).toBeGreaterThan(second?.y ?? 0);
    expect(
      await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
    ).toBeLessThanOrEqual(0);
    await keepScreenshot(page, 'phone-two');
    await page.context().close();
  });

  it('have a state each: one that is not there leaves the others alone, and may come', async () => {
    const { page } = await openPage(browser);
    await retime(page, 'backoff.js', { first: 200 });
    let exists = false;
    await page.routeWebSocket('**/graphql', (socket) => {
      const onward = socket.connectToServer();
      socket.onMessage((message) => {
        const text = String(message);
        onward.send(exists ? text.replace('"key":"later"', '"key":"daily"') : text);
      });
    });
    await open(page, 'board=weekly,later');
    await expectState(page, 'live');
    await expect.poll(() => stateOf(page, 'later')).toBe('unknown');
    expect(await panel(page, 'later').locator('.message').textContent()).toBe(
      'There is no leaderboard “later”.',
    );
    expect(await stateOf(page, 'weekly')).toBe('live');
    expect(await page.locator('#state-label').textContent()).toBe('Live');
    exists = true;
    await expect.poll(() => stateOf(page, 'later'), { timeout: 5_000 }).toBe('live');
    expect(await panel(page, 'later').locator('.message').isVisible()).toBe(false);
    await page.context().close();
  });

  it('says what each row lacks to the one above', async () => {
    const { page } = await openPage(browser);
    await open(page, 'board=all-time');
    await expectState(page, 'live');
    const cells = (part: string) => page.locator(`.row ${part}`).allTextContents();
    const scores = (await cells('.score')).map(Number);
    const ranks = (await cells('.rank')).map(Number);
    const expected = scores.map((score, index) => {
      if (index === 0) return `${score - (scores[1] ?? 0)} ahead`;
      const above = ranks.findLastIndex((rank, at) => at < index && rank !== ranks[index]);
      return `${(scores[above] ?? 0) - score} behind place ${ranks[above]}`;
    });
    expect(await cells('.gap')).toEqual(expected);
    expect(await page.locator('.gap').first().isVisible()).toBe(true);
    await open(page, 'board=all-time&first=50');
    await page.setViewportSize({ width: 1280, height: 400 });
    await expectState(page, 'live');
    expect(await page.locator('.gap').first().isVisible()).toBe(false);
    await page.context().close();
  });

  it('shows a code that says the address, and asks nobody for it', async () => {
    const { page, complaints } = await openPage(browser);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await open(page, `board=weekly&theme=hall&join=${encodeURIComponent(JOIN)}`);
    await expectState(page, 'live');
    await page.locator('.join-code').waitFor();
    expect(await page.locator('.join-address').textContent()).toBe(JOIN);
    expect(decodeQR(await pixelsOf(page, '.join-code'))).toBe(JOIN);
    expect(await page.locator('a').count()).toBe(0);
    expect(asked.filter((url) => !url.startsWith(server.url))).toEqual([]);
    await keepScreenshot(page, 'join');
    await open(page, `board=weekly&join=${encodeURIComponent('javascript:alert(1)')}`);
    await expectState(page, 'live');
    expect(await page.locator('.join').textContent()).toContain('must begin with https://');
    expect(await page.locator('.join-code').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('speaks one language at a time', async () => {
    const { page } = await openPage(browser, { locale: 'zh-CN' });
    const join = encodeURIComponent(JOIN);
    await open(page, `board=daily,weekly,nowhere&join=${join}`);
    await expectState(page, 'live');
    await server.checkIn('katherine');
    await expect.poll(() => namesOn(page), { timeout: 2_000 }).toContain('Katherine Johnson');
    const said = await page.evaluate(wordsOfPage);
    // Names and titles are the program's own words.
    expect(said).not.toMatch(/[A-Za-z]{2,}/);
    expect(said).toMatch(/实时.*位|至.*24:00.*人参与/su);
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await keepScreenshot(page, 'chinese');
    await page.route('**/screen/config.json', (route) => route.fulfill({ json: { key: null } }));
    await open(page, 'lang=zh');
    await expectState(page, 'unauthorized');
    expect(await page.evaluate(wordsOfPage)).not.toMatch(/[A-Za-z]{2,}/);
    await open(page, 'lang=en');
    await expectState(page, 'unauthorized');
    expect(await page.evaluate(wordsOfPage)).not.toMatch(/\p{Script=Han}/u);
    await page.context().close();
  });
});

/** What the page itself says, without names, titles and addresses. */
const wordsOfPage = `(() => {
  const copy = document.body.cloneNode(true);
  for (const part of copy.querySelectorAll('.name, .title, .join-address, #announcer, noscript, script')) part.remove();
  const labels = [...copy.querySelectorAll('[aria-label]')].map((part) => part.getAttribute('aria-label'));
  return [copy.textContent, ...labels].join(' ')
    .replace(/nowhere|tm_screen_|Tallymark/g, '');
})()`;
