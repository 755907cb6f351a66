/** The QR code that brings people in from the hall. It is drawn here: nothing is fetched for it. */

const QUIET = 4; // The white around a code that readers ask for, in modules.
const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {HTMLElement} panel
 * @param {import('./settings.js').Settings['join']} join
 * @param {import('./strings.js').Strings} strings
 */
export async function showJoin(panel, join, strings) {
  if (join === undefined) return;
  panel.hidden = false;
  if (join === 'refused') return panel.append(paragraph('join-problem', strings.joinRefused));
  const address = paragraph('join-address', '');
  address.dir = 'ltr';
  // May be broken where its parts meet.
  for (const piece of join.address.match(/[^/?&]+[/?&]*|[/?&]+/g) ?? []) {
    address.append(piece, document.createElement('wbr'));
  }
  panel.append(paragraph('join-title', strings.join), address);
  try {
    address.before(await createCode(join.address));
  } catch {
    address.before(paragraph('join-problem', strings.joinFault));
  }
}

/** @param {string} address */
async function createCode(address) {
  const url = new URL('screen/qr.js', document.baseURI).href;
  const { encodeQR } = /** @type {typeof import('qr')} */ (await import(url));
  const modules = encodeQR(address, 'raw', { ecc: 'medium', border: QUIET });
  const code = document.createElementNS(SVG, 'svg');
  code.setAttribute('class', 'join-code');
  code.setAttribute('viewBox', `0 0 ${modules.length} ${modules.length}`);
  code.setAttribute('shape-rendering', 'crispEdges');
  code.setAttribute('aria-hidden', 'true'); // The address beside it says the same.
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', modules.flatMap((row, y) => row.flatMap(squareAt(y))).join(''));
  code.append(path);
  return code;
}

/** @param {number} y */
const squareAt = (y) => (/** @type {boolean} */ isDark, /** @type {number} */ x) =>
  isDark ? [`M${x} ${y}h1v1h-1z`] : [];

/** @param {string} className @param {string} text */
function paragraph(className, text) {
  const element = document.createElement('p');
  element.className = className;
  element.textContent = text;
  return element;
}
