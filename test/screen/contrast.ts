/** The contrast of text as it is really drawn: its colour against the pixels behind it. */
import type { Page } from 'playwright-core';

export type Contrast = { readonly text: string; readonly ratio: number; readonly needed: number };

type Text = {
  readonly text: string;
  readonly color: string;
  readonly opacity: number;
  readonly isLarge: boolean;
  readonly rects: readonly { x: number; y: number; width: number; height: number }[];
};

/** Texts that lack the contrast of WCAG 2.2 AA (4.5, and 3 for large letters), and how many there are. */
export async function measureContrast(page: Page): Promise<{ count: number; poor: Contrast[] }> {
  const texts = (await page.evaluate(readTexts)) as Text[];
  const picture = (await page.screenshot({ scale: 'css' })).toString('base64');
  await page.evaluate(showTexts);
  const canvas = await page.context().newPage();
  const measured = (await canvas.evaluate(
    `(${measure})(${JSON.stringify(picture)}, ${JSON.stringify(texts)})`,
  )) as Contrast[];
  await canvas.close();
  return { count: measured.length, poor: measured.filter(({ ratio, needed }) => ratio < needed) };
}

/** What is written and where; then hides the letters, so that a picture shows what is behind. */
const readTexts = `(() => {
  const still = new CSSStyleSheet();
  still.replaceSync('*, *::before, *::after { animation: none !important; transition: none !important }');
  const hidden = new CSSStyleSheet();
  hidden.replaceSync('* { color: transparent !important; caret-color: transparent !important }');
  document.adoptedStyleSheets = [still];
  for (const animation of document.getAnimations()) animation.cancel();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility() || element.closest('.visually-hidden, noscript, script')) continue;
    const style = getComputedStyle(element);
    let opacity = 1;
    for (let at = element; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = element.getBoundingClientRect();
    const size = Number.parseFloat(style.fontSize);
    texts.push({
      text: node.data,
      color: style.color,
      opacity,
      isLarge: size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700),
      rects: [...range.getClientRects()].map(({ x, y, width, height }) => ({
        x, y: y + height * 0.2, width: Math.min(width, box.right - x), height: height * 0.6,
      })).filter(({ x, y }) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight),
    });
  }
  document.adoptedStyleSheets = [still, hidden];
  return texts.filter(({ rects }) => rects.length > 0);
})()`;

const showTexts = 'document.adoptedStyleSheets = []; 0';

/** Runs in a page of its own: the screen's policy lets no picture be read. */
const measure = `async (picture, texts) => {
  const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ratio = (a, b) => {
    const [lighter, darker] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (lighter + 0.05) / (darker + 0.05);
  };
  return texts.map(({ text, color, opacity, isLarge, rects }) => {
    const [r, g, b, alpha = 1] = color.match(/[\\d.]+/g).map(Number);
    const share = alpha * opacity;
    let worst = 21;
    for (const { x, y, width, height } of rects) {
      const { data } = context.getImageData(x, y, Math.max(1, width), Math.max(1, height));
      for (let at = 0; at < data.length; at += 4) {
        const behind = [data[at], data[at + 1], data[at + 2]];
        const drawn = [r, g, b].map((c, i) => c * share + behind[i] * (1 - share));
        worst = Math.min(worst, ratio(drawn, behind));
      }
    }
    return { text, ratio: Math.round(worst * 100) / 100, needed: isLarge ? 3 : 4.5 };
  });
}`;

/** How light the ground of the page is, from 0 to 1. */
export const luminanceOfGround = (page: Page): Promise<number> =>
  page.evaluate(`(() => {
    const [r, g, b] = getComputedStyle(document.documentElement).backgroundColor.match(/[\\d.]+/g).map(Number);
    const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  })()`);

/** The pixels of an element, in greys, as readers of codes take them. */
export async function pixelsOf(
  page: Page,
  selector: string,
): Promise<{ width: number; height: number; data: Uint8ClampedArray }> {
  const picture = (await page.locator(selector).screenshot()).toString('base64');
  const canvas = await page.context().newPage();
  const { width, height, levels } = (await canvas.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${picture}'), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    let levels = '';
    for (let at = 0; at < data.length; at += 4) levels += String.fromCharCode((data[at] + data[at + 1] + data[at + 2]) / 3);
    return { width, height, levels: btoa(levels) };
  })()`)) as { width: number; height: number; levels: string };
  await canvas.close();
  const grey = Buffer.from(levels, 'base64');
  const data = Uint8ClampedArray.from([...grey].flatMap((level) => [level, level, level, 255]));
  return { width, height, data };
}
