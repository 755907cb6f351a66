/** What the live screen does when the network or the server fails it. */
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
import { measureContrast } from './contrast.ts';
import { startStrictProxy } from './strict-proxy.ts';
import { startTallymark, type TallymarkProcess } from './tallymark-process.ts';

describeInChromium('the live screen’s connection', () => {
  let browser: Browser;
  let server: TallymarkProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startTallymark()]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
  });

  const transportOf = (page: Page) => page.locator('body').getAttribute('data-transport');

  /** A member who is new to today's board, so that each test sees its own arrive. */
  async function expectNews(page: Page, externalId: string, name: string, withinMs = 2_000) {
    await server.checkIn(externalId);
    await expect.poll(() => namesOn(page), { timeout: withinMs }).toContain(name);
  }

  it('follows over SSE when told to', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(`${server.url}/screen?board=daily&transport=sse`);
    await expectState(page, 'live');
    expect(await transportOf(page)).toBe('sse');
    await expectNews(page, 'linus', 'Linus Torvalds');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('falls back to SSE where sockets are refused, and returns to them later', async () => {
    const proxy = await startStrictProxy(server.url);
    const { page } = await openPage(browser);
    await retime(page, 'connection.js', { SOCKET_PROBE_MS: 1_000 });
    await page.goto(`${proxy.url}/screen?board=daily`);
    await expectState(page, 'live', 8_000);
    expect(await transportOf(page)).toBe('sse');
    expect(proxy.refused).toBeGreaterThanOrEqual(2);
    await expectNews(page, 'grace', 'Grace Hopper');

    proxy.upgrades = true;
    await expect.poll(() => transportOf(page), { timeout: 5_000 }).toBe('ws');
    await expectState(page, 'live');
    await expectNews(page, 'alan', 'Alan Turing');
    await page.context().close();
    await proxy.close();
  });

  it('says that updates are paused when a connection goes silent, and replaces it', async () => {
    const { page } = await openPage(browser);
    await retime(page, 'ws-session.js', { PING_MS: 300 });
    await retime(page, 'connection.js', { pausedAfterMs: 1_200, lostAfterMs: 3_500 });
    let silent = false;
    let sockets = 0;
    await page.routeWebSocket('**/graphql', (socket) => {
      sockets += 1;
      const onward = socket.connectToServer();
      onward.onMessage((message) => {
        if (!silent) socket.send(message);
      });
    });
    await page.goto(`${server.url}/screen?board=daily`);
    await expectState(page, 'live');
    silent = true;
    await expectState(page, 'paused');
    expect(await page.locator('#state-label').textContent()).toBe('Updates paused');
    expect(await page.locator('#state-age').textContent()).toMatch(
      /^standings from \d+ seconds? ago$/,
    );
    await expectState(page, 'reconnecting');
    silent = false;
    await expectState(page, 'live', 20_000);
    expect(sockets).toBeGreaterThan(1);
    await expectNews(page, 'tu', '屠呦呦');
    await page.context().close();
  });

  it('trusts nothing after a sleep: replaces the connection at once', async () => {
    const { page } = await openPage(browser);
    let asleep = false;
    let sockets = 0;
    await page.routeWebSocket('**/graphql', (socket) => {
      sockets += 1;
      const isFirst = sockets === 1;
      socket.connectToServer().onMessage((message) => {
        if (!isFirst || !asleep) socket.send(message);
      });
    });
    await page.goto(`${server.url}/screen?board=daily`);
    await expectState(page, 'live');
    await page.evaluate(rememberStates);
    asleep = true;
    await server.checkIn('barbara');
    // Its clock goes on and nothing else does, as in a machine that slept.
    await page.evaluate('{ const end = Date.now() + 7_500; while (Date.now() < end); }');
    await expect.poll(() => namesOn(page), { timeout: 3_000 }).toContain('Barbara Liskov');
    await expectState(page, 'live');
    expect(sockets).toBe(2);
    expect(await page.evaluate('globalThis.states')).toEqual(['paused', 'live']);
    await page.context().close();
  });

  it('outlives a killed server on either transport, dimmed meanwhile', async () => {
    const pages = await Promise.all(
      ['transport=ws&theme=dark', 'transport=sse&theme=light'].map(async (query) => {
        const { page } = await openPage(browser);
        await page.goto(`${server.url}/screen?${query}`);
        await expectState(page, 'live');
        return page;
      }),
    );
    const [first] = pages;
    if (first === undefined) throw new Error('no page');
    await server.kill();
    for (const page of pages) {
      await expectState(page, 'reconnecting');
      expect(await page.locator('#state-label').textContent()).toBe('Reconnecting…');
    }
    await first.waitForTimeout(2_500);
    expect(await first.locator('#state-age').textContent()).toMatch(
      /^standings from \d+ seconds? ago$/,
    );
    expect(Number(await first.evaluate(opacityOfBoard))).toBeLessThan(1);
    expect(await namesOn(first)).toHaveLength(10);
    await keepScreenshot(first, 'reconnecting');
    // What steps back stays legible.
    for (const page of pages) expect((await measureContrast(page)).poor).toEqual([]);

    await server.start();
    for (const page of pages) await expectState(page, 'live', 20_000);
    const scoreOf = (page: Page) =>
      page.locator('.row', { hasText: 'Katherine Johnson' }).locator('.score').textContent();
    const before = Number(await scoreOf(first));
    await server.checkIn('katherine');
    for (const page of pages) {
      await expect
        .poll(async () => Number(await scoreOf(page)), { timeout: 10_000 })
        .toBeGreaterThanOrEqual(before + 40); // A task of the week may pay, too.
    }
    for (const page of pages) await page.context().close();
  }, 60_000);
});

const rememberStates = `globalThis.states = [];
  new MutationObserver(() => globalThis.states.push(document.body.dataset.state))
    .observe(document.body, { attributeFilter: ['data-state'] });`;

const opacityOfBoard = "getComputedStyle(document.querySelector('.board')).opacity";
