/** The browser these tests look through. */
import { accessSync, constants, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { describe, expect } from 'vitest';

const executablePath = findChromium();
const artifacts = path.join(import.meta.dirname, '../../artifacts');
const flags = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-gpu',
  '--no-first-run',
];

if (executablePath === undefined) sayOnceWhatIsMissing();

/** Skips where there is no Chromium, except in CI: there it must be. */
export const describeInChromium = describe.runIf(
  executablePath !== undefined || Boolean(process.env.CI),
);

/** Starts Chromium. */
export function launchChromium(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('There is no Chromium on the PATH.');
  return chromium.launch({ executablePath, args: flags });
}

/** A page of its own, in the size of a hall's screen, and what went wrong in it. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const viewport = { width: 1920, height: 1080 };
  const usual = { viewport, locale: 'en-GB', colorScheme: 'dark' } as const;
  const context = await browser.newContext({ ...usual, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, complaints };
}

/** Keeps a picture for people to look at; CI stores the folder. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  await page.screenshot({ path: path.join(artifacts, `screen-${name}.png`) });
}

/** Waits until the page says that it is in this state. */
export async function expectState(page: Page, state: string, withinMs = 5_000): Promise<void> {
  const now = () => page.locator('body').getAttribute('data-state');
  await expect.poll(now, { timeout: withinMs, interval: 50 }).toBe(state);
}

/** The names on the board, from the top. */
export const namesOn = (page: Page): Promise<string[]> =>
  page.locator('.row:not(.leaving) .name').allTextContents();

/** Serves one of the page's modules with other durations, which tests cannot wait out. */
export async function retime(
  page: Page,
  file: string,
  durations: Record<string, number>,
): Promise<void> {
  await page.route(`**/screen/${file}`, async (route) => {
    const response = await route.fetch();
    let body = await response.text();
    for (const [name, ms] of Object.entries(durations)) {
      const duration = new RegExp(`(\\b${name}(?: =|:) )[\\d_]+`, 'g');
      if (!duration.test(body)) throw new Error(`${file} has no duration ${name}`);
      body = body.replace(duration, `$1${ms}`);
    }
    await route.fulfill({ response, body });
  });
}

function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  for (const file of folders.flatMap((folder) => names.map((name) => path.join(folder, name)))) {
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** Test files run in processes of their own: a file named after their parent makes it one line. */
function sayOnceWhatIsMissing(): void {
  const said = path.join(tmpdir(), `tallymark-no-chromium-${process.ppid}`);
  try {
    const agedMs = Date.now() - statSync(said).mtimeMs;
    if (agedMs > 10 * 60_000) rmSync(said, { force: true });
  } catch {
    // Not said yet.
  }
  try {
    writeFileSync(said, '', { flag: 'wx' });
  } catch {
    return;
  }
  process.stderr.write(
    '\n*** TESTS OF THE LIVE SCREEN ARE SKIPPED: no chromium on the PATH. Get it with: ' +
      'apt-get install chromium ***\n\n',
  );
}
