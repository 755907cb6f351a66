/** What a page holds on to: a screen stays open for weeks, so none of it may grow. */
import type { Page } from 'playwright-core';

export type Held = {
  readonly timers: number;
  readonly sockets: number;
  readonly listeners: number;
  readonly nodes: number;
  readonly heapBytes: number;
};

/** Counts timers and sockets from the start of the page on; before it is opened. */
export async function countTimersAndSockets(page: Page): Promise<void> {
  await page.addInitScript({ content: count });
}

const count = `(() => {
  const timers = new Set();
  const sockets = new Set();
  globalThis.held = () => ({
    timers: timers.size,
    sockets: [...sockets].filter(({ readyState }) => readyState < 2).length,
  });
  const { setTimeout: start, clearTimeout: stop, setInterval: repeat, clearInterval: end } = globalThis;
  globalThis.setTimeout = (run, ...rest) => {
    const timer = start((...args) => { timers.delete(timer); run(...args); }, ...rest);
    timers.add(timer);
    return timer;
  };
  globalThis.setInterval = (...args) => { const timer = repeat(...args); timers.add(timer); return timer; };
  globalThis.clearTimeout = (timer) => { timers.delete(timer); stop(timer); };
  globalThis.clearInterval = (timer) => { timers.delete(timer); end(timer); };
  globalThis.WebSocket = class extends WebSocket {
    constructor(...args) { super(...args); sockets.add(this); this.addEventListener('close', () => sockets.delete(this)); }
  };
})()`;

/** What it holds now, once what it does not has been collected. */
export async function measureHeld(page: Page): Promise<Held> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
  const counted = (await page.evaluate('globalThis.held()')) as Pick<Held, 'timers' | 'sockets'>;
  return {
    ...counted,
    listeners: metric('JSEventListeners'),
    nodes: metric('Nodes'),
    heapBytes: metric('JSHeapUsedSize'),
  };
}
