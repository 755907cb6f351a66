/** The list of rows. Rows glide to their new places; only transforms and opacity are animated. */
import { Row } from './row.js';

/** @typedef {import('./subscription.js').Standing} Standing */
/** @typedef {{ left: number, top: number }} Place */

const MOVE_MS = 700;
const FADE_MS = 350;
const EASING = 'cubic-bezier(0.22, 1, 0.36, 1)';
const ROWS_MIN = 6; // Fewer members do not make giants of their rows.

const stillness = matchMedia('(prefers-reduced-motion: reduce)');

export class BoardView {
  /** @type {HTMLElement} */ #list;
  /** @type {import('./texts.js').Texts} */ #texts;
  /** @type {import('./strings.js').Strings} */ #strings;
  /** @type {Map<string, Row>} */ #rows = new Map();

  /**
   * @param {HTMLElement} list
   * @param {import('./texts.js').Texts} texts
   * @param {import('./strings.js').Strings} strings
   */
  constructor(list, texts, strings) {
    this.#list = list;
    // Safari takes the role away from lists without bullets.
    list.setAttribute('role', 'list');
    this.#texts = texts;
    this.#strings = strings;
  }

  /**
   * Shows exactly these standings, in this order.
   * @param {readonly Standing[]} standings
   * @param {boolean} isContinuation  Of what is shown; another season or board just appears.
   */
  render(standings, isContinuation) {
    const isStill = stillness.matches || document.hidden;
    const animate = isContinuation && !isStill;
    if (!isContinuation) this.#clear();
    const before = this.#places();
    const isFirst = this.#rows.size === 0;
    this.#removeAbsent(standings, animate);
    const risen = this.#update(standings, isStill);
    this.#arrange(standings);
    if (!animate) return;
    for (const [id, row] of this.#rows) {
      const from = before.get(id);
      if (from !== undefined) glide(row.element, from, (risen.get(id) ?? 0) > 0);
      else if (!isFirst) appear(row.element);
    }
  }

  #clear() {
    for (const row of this.#rows.values()) row.dispose();
    this.#rows.clear();
    this.#list.replaceChildren();
  }

  /** Where each row is seen now, in the middle of a movement or not. @returns {Map<string, Place>} */
  #places() {
    const places = new Map();
    for (const [id, { element }] of this.#rows) places.set(id, element.getBoundingClientRect());
    return places;
  }

  /** @param {readonly Standing[]} standings @param {boolean} animate */
  #removeAbsent(standings, animate) {
    const present = new Set(standings.map(({ member }) => member.id));
    for (const [id, row] of this.#rows) {
      if (present.has(id)) continue;
      this.#rows.delete(id);
      row.dispose();
      if (animate) this.#fadeOut(row.element);
      else row.element.remove();
    }
  }

  /** Takes the row out of the flow, where it stands, and out of what is read aloud. @param {HTMLElement} element */
  #fadeOut(element) {
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = element;
    element.classList.add('leaving');
    element.setAttribute('aria-hidden', 'true');
    element.style.left = `${offsetLeft}px`;
    element.style.top = `${offsetTop}px`;
    element.style.width = `${offsetWidth}px`;
    element.style.height = `${offsetHeight}px`;
    const fade = element.animate([{ opacity: 1 }, { opacity: 0, transform: 'translateY(40%)' }], {
      duration: FADE_MS,
      easing: 'ease-in',
      fill: 'forwards',
    });
    fade.onfinish = fade.oncancel = () => element.remove();
    // Last, so that it is not among the rows that count their places.
    this.#list.append(element);
  }

  /** @param {readonly Standing[]} standings @param {boolean} isStill @returns {Map<string, number>} */
  #update(standings, isStill) {
    const topScore = standings[0]?.score ?? 0;
    const risen = new Map();
    for (const standing of standings) {
      const { id } = standing.member;
      const row = this.#rows.get(id) ?? new Row(this.#texts, this.#strings);
      this.#rows.set(id, row);
      risen.set(id, row.update(standing, topScore, isStill));
    }
    return risen;
  }

  /** Puts the elements in order, moving as few as it can. @param {readonly Standing[]} standings */
  #arrange(standings) {
    standings.forEach(({ member }, index) => {
      const element = this.#rows.get(member.id)?.element;
      const there = this.#list.children[index] ?? null;
      if (element !== undefined && element !== there) this.#list.insertBefore(element, there);
    });
    const columns = standings.length > 24 ? 3 : standings.length > 12 ? 2 : 1;
    const rows = Math.max(ROWS_MIN, standings.length);
    this.#list.style.setProperty('--columns', String(columns));
    this.#list.style.setProperty('--rows', String(rows));
    this.#list.style.setProperty('--rows-in-column', String(Math.ceil(rows / columns)));
  }
}

/**
 * First, last, invert, play.
 * @param {HTMLElement} element
 * @param {Place} from
 * @param {boolean} isRising  Those pass in front.
 */
function glide(element, from, isRising) {
  for (const animation of element.getAnimations()) animation.cancel();
  const to = element.getBoundingClientRect();
  const x = from.left - to.left;
  const y = from.top - to.top;
  if (Math.abs(x) < 1 && Math.abs(y) < 1) return;
  element.classList.toggle('rising', isRising);
  const glide = element.animate(
    [{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }],
    { duration: MOVE_MS, easing: EASING },
  );
  glide.onfinish = () => element.classList.remove('rising');
}

/** @param {HTMLElement} element */
function appear(element) {
  element.animate([{ opacity: 0, transform: 'translateY(40%)' }, { opacity: 1 }], {
    duration: FADE_MS,
    easing: 'ease-out',
  });
}
