/** Challenges on the live screen: from joining to the result, in a real browser, by a clock of tests. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { createLog } from '../../src/platform/log.ts';
import { contest, freeze } from '../challenges/support.ts';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import {
  describeInChromium,
  expectState,
  keepScreenshot,
  launchChromium,
  openPage,
  retime,
} from './chromium.ts';
import { measureContrast } from './contrast.ts';

const soon = { timeout: 8_000, interval: 30 };

describeInChromium('challenges on the live screen', () => {
  let browser: Browser;
  let economies: Awaited<ReturnType<typeof openEconomies>>;
  let server: RunningServer;

  beforeAll(async () => {
    bePatient();
    [browser, economies] = await Promise.all([
      launchChromium(),
      openEconomies('2026-03-10T12:00:00Z'),
    ]);
    server = await startServer(economies.test.app);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await economies?.close();
  });

  async function program(): Promise<Economy> {
    const eco = await economies.open();
    for (const name of ['ada', 'bob', 'cyd']) {
      await eco.enrol(name, { displayName: name[0]?.toUpperCase() + name.slice(1) });
    }
    return eco;
  }

  /** The tests' clock is the server's: what the real one says is replaced in the answer. */
  async function open(
    eco: Economy,
    query: string,
    { url = server.url, ...options }: BrowserContextOptions & { url?: string } = {},
  ) {
    const { page, complaints } = await openPage(browser, options);
    await page.route('**/screen/config.json', async (route) => {
      const response = await route.fetch();
      const date = economies.clock.now().toUTCString();
      await route.fulfill({ response, headers: { ...response.headers(), date } });
    });
    await retime(page, 'backoff.js', { first: 200, longest: 1_000 });
    await page.goto(`${url}/screen?${query}#key=${eco.program.keys.screen}`);
    return { page, complaints };
  }

  const textOf = (page: Page, part: string) => () => page.locator(part).first().textContent();
  const rows = async (page: Page) => {
    const cells = (part: string) => page.locator(`.row:not(.leaving) ${part}`).allTextContents();
    const [ranks, names, scores] = await Promise.all(['.rank', '.name', '.score'].map(cells));
    return names?.map((name, index) => `${ranks?.[index]} ${name} ${scores?.[index]}`);
  };
  const run = (eco: Economy, who: string, value: number) => eco.act(who, 'run', { value });
  async function settle(eco: Economy): Promise<void> {
    await freeze(eco);
    await eco.job('settleSeasons');
  }

  it('are followed from joining to the winners', async () => {
    const eco = await program();
    const prizes = { bands: [{ from: 1, to: 1, points: 100 }] };
    const one = await contest(eco, { settleDelayMinutes: 60, prizes });
    const { page, complaints } = await open(eco, `challenge=${one.id}`);
    await expectState(page, 'live');
    const period = textOf(page, '.period');
    await expect.poll(period, soon).toMatch(/^Open to join · starts in (1:00:00|59:5\d)$/);
    expect(await textOf(page, 'h1')()).toBe('Week of running');
    expect(await textOf(page, '.panel .message')()).toMatch(/^starts in (1:00:00|59:5\d)$/);
    const counted = await period();
    await expect.poll(period, soon).not.toBe(counted);
    // Somebody sets the screen's clock.
    await page.evaluate('{ const now = Date.now; Date.now = () => now() + 1e9; }');
    await page.waitForTimeout(1_200); // Each second is told.
    await expect.poll(period, soon).toMatch(/^Open to join · starts in 59:\d\d$/);
    for (const who of ['ada', 'bob']) await one.join(who);
    await expect.poll(textOf(page, '.participants'), soon).toBe('2 participants');
    await keepScreenshot(page, 'challenge-joining');

    eco.clock.advance(HOUR);
    await expect.poll(period, soon).toMatch(/^On now · ends in 1 day 00:00:00$/);
    await run(eco, 'bob', 7);
    await run(eco, 'ada', 5);
    await expect.poll(() => rows(page), soon).toEqual(['1 Bob 7', '2 Ada 5']);
    await run(eco, 'ada', 4);
    await expect.poll(() => rows(page), soon).toEqual(['1 Ada 9', '2 Bob 7']);
    const ada = page.locator('.row', { hasText: 'Ada' });
    expect(await ada.locator('.marker').textContent()).toBe('▲1');
    expect(await ada.locator('.gap').textContent()).toBe('2 ahead');
    expect(await page.locator('.prize:not(:empty)').count()).toBe(0);

    eco.clock.advance(DAY);
    await expect.poll(period, soon).toMatch(/^Over, being counted/);
    eco.clock.advance(HOUR);
    await settle(eco);
    await expect.poll(period, soon).toBe('The result');
    expect(await rows(page)).toEqual(['1 Ada 9', '2 Bob 7']);
    expect(await ada.locator('.prize').textContent()).toBe('★\u2009100');
    expect(await ada.locator('.gap').textContent()).toBe('wins 100 points');
    expect(await textOf(page, '#announcer')()).toBe('Week of running: Ada wins 100 points');
    await page.waitForTimeout(800);
    await keepScreenshot(page, 'challenge-result');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.waitForTimeout(800);
    expect((await measureContrast(page)).poor).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('show teams beside a board, also in a hall, by the clock of the server', async () => {
    const eco = await program();
    const prizes = { bands: [{ from: 1, to: 2, points: 90 }] };
    const more = { kind: 'TEAM', teamRules: { sizeMax: 2 }, settleDelayMinutes: 0, prizes };
    const one = await contest(eco, { title: '春季团队赛', ...more });
    const red = await one.found('ada', 'Red');
    await one.found('bob', 'Blue');
    await one.join('cyd', { team: { inviteCode: red } });
    const two = await contest(eco, { title: 'Alone' });
    eco.clock.advance(HOUR / 2);
    const address = `challenge=${one.id},${two.id}&board=all-time,nowhere&theme=hall&lang=zh&first=50`;
    const { page, complaints } = await open(eco, address);
    await expectState(page, 'live');
    const panel = (id: string, part: string) =>
      textOf(page, `.panel[data-challenge="${id}"] ${part}`);
    await expect.poll(panel(one.id, '.period'), soon).toMatch(/^报名中 · (30:00|29:5\d) 后开始$/);
    expect(await panel(one.id, '.participants')()).toBe('2 支队伍 · 3 人参与');
    expect(await panel(two.id, '.participants')()).toBe('0 人参与');
    eco.clock.advance(HOUR / 2);
    await run(eco, 'bob', 4);
    await run(eco, 'ada', 3);
    const teams = () => page.locator(`.panel[data-challenge="${one.id}"] .row .name`);
    await expect.poll(() => teams().allTextContents(), soon).toEqual(['Blue', 'Red']);
    await run(eco, 'cyd', 2);
    await expect.poll(() => teams().allTextContents(), soon).toEqual(['Red', 'Blue']);
    expect(await page.locator('.row .gap').last().textContent()).toBe('距第 1 名差 1');
    const overflow = `Math.max(document.documentElement.scrollWidth - innerWidth,
      document.documentElement.scrollHeight - innerHeight)`;
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    const cut = `[...document.querySelectorAll('.panel-head p')].filter((e) => e.scrollWidth > e.clientWidth).length`;
    expect(await page.evaluate(cut)).toBe(0);
    eco.clock.advance(DAY);
    await settle(eco);
    await expect.poll(panel(one.id, '.period'), soon).toBe('比赛结果');
    expect(await panel(one.id, '.gap')()).toBe('赢得 90 积分');
    await page.waitForTimeout(800);
    await keepScreenshot(page, 'challenge-teams');
    expect((await measureContrast(page)).poor).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForTimeout(800);
    expect(
      await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
    ).toBeLessThanOrEqual(0);
    await keepScreenshot(page, 'challenge-phone');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each(['ws', 'sse'])(
    'go on after a restart over %s, with what happened meanwhile',
    async (how) => {
      const eco = await program();
      const one = await contest(eco);
      await one.join('ada');
      await one.join('bob');
      eco.clock.advance(HOUR);
      await run(eco, 'ada', 5);
      let node = await startNode(economies, 0);
      const { port } = node;
      const { page } = await open(eco, `challenge=${one.id}&transport=${how}`, { url: node.url });
      const asked: unknown[] = [];
      const ask = (sent: { variables: { after?: number } }) => asked.push(sent.variables.after);
      page.on('request', (request) => {
        if (request.method() === 'POST') ask(request.postDataJSON());
      });
      page.on('websocket', (socket) =>
        socket.on('framesent', (frame) => {
          const { type, payload } = JSON.parse(String(frame.payload));
          if (type === 'subscribe') ask(payload);
        }),
      );
      await page.reload();
      await expect.poll(() => rows(page), soon).toEqual(['1 Ada 5']);
      await node.close();
      await expectState(page, 'reconnecting');
      expect(await rows(page)).toEqual(['1 Ada 5']);
      expect(await textOf(page, '.period')()).toContain('On now · ends in');
      await run(eco, 'bob', 6);
      node = await startNode(economies, port);
      await expectState(page, 'live', 15_000);
      await expect.poll(() => rows(page), soon).toEqual(['1 Bob 6', '2 Ada 5']);
      expect([asked[0], asked.at(-1)]).toEqual([undefined, expect.any(Number)]);
      await page.context().close();
      await node.close();
    },
  );

  it('say in their place that they were called off, or are not there', async () => {
    const eco = await program();
    const one = await contest(eco);
    const others = await contest(await program());
    const { page } = await open(eco, `challenge=${one.id},${others.id},nonsense`);
    await expectState(page, 'live');
    const message = (id: string) => textOf(page, `.panel[data-challenge="${id}"] .message`);
    for (const id of [others.id, 'nonsense']) {
      await expect.poll(message(id), soon).toBe(`There is no challenge “${id}”.`);
    }
    eco.clock.advance(HOUR);
    await one.send('cancelChallenge', { reason: 'Rain' });
    await expect.poll(message(one.id), soon).toBe('Called off: Rain');
    await page.context().close();
  });
});

/** Another node on the database of the tests, by their clock; it may be ended and begun again. */
async function startNode(
  { test, clock }: Awaited<ReturnType<typeof openEconomies>>,
  port: number,
): Promise<RunningServer> {
  const config = { ...test.app.config, port };
  const log = createLog({ level: 'silent' });
  const app: App = await createApp(config, { log, clock, purpose: 'serve' });
  const running = await startServer(app);
  return {
    ...running,
    async close() {
      await running.close();
      await app.close();
    },
  };
}
