/** The list of rows of one board. Rows glide to their new places. */
import { gapsOf } from './board-window.js';
import { fadeOut, glide, isStill } from './movement.js';
import { Row } from './row.js';

/** @typedef {import('./subscription.js').Standing} Standing */
/** @typedef {import('./movement.js').Place} Place */

export class BoardView {
  /** @type {HTMLElement} */ #list;
  #rowsMin = 1;
  /** @type {import('./texts.js').Texts} */ #texts;
  /** @type {import('./strings.js').Strings} */ #strings;
  /** @type {Map<string, Row>} */ #rows = new Map();

  /**
   * @param {HTMLElement} list
   * @param {number} rowsMin  Room for as many: fewer members do not make giants of their rows.
   * @param {import('./texts.js').Texts} texts
   * @param {import('./strings.js').Strings} strings
   */
  constructor(list, rowsMin, texts, strings) {
    this.#list = list;
    this.#rowsMin = rowsMin;
    // Safari takes the role away from lists without bullets.
    list.setAttribute('role', 'list');
    this.#texts = texts;
    this.#strings = strings;
  }

  /**
   * Shows exactly these standings, in this order.
   * @param {readonly Standing[]} standings
   * @param {boolean} isContinuation  Of what is shown; another season or board just appears.
   * @param {boolean} mayMove  The machine can.
   */
  render(standings, isContinuation, mayMove) {
    const still = !mayMove || isStill();
    const animate = isContinuation && !still;
    if (!isContinuation) this.clear();
    const before = animate ? this.#places() : undefined;
    this.#removeAbsent(standings, animate);
    const risen = this.#update(standings, isContinuation, still);
    this.#arrange(standings);
    if (before === undefined) return;
    const moving = [...this.#rows].map(([id, { element }]) => ({
      element,
      from: before.get(id),
      isRising: (risen.get(id) ?? 0) > 0,
    }));
    glide(moving);
  }

  /** Nothing is shown. */
  clear() {
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
      if (animate) fadeOut(row.element);
      else row.element.remove();
    }
    // Last, so that they are not among the rows that count their places.
    this.#list.append(...this.#list.querySelectorAll('.leaving'));
  }

  /**
   * @param {readonly Standing[]} standings
   * @param {boolean} isContinuation
   * @param {boolean} still
   * @returns {Map<string, number>}
   */
  #update(standings, isContinuation, still) {
    const topScore = standings[0]?.score ?? 0;
    const gaps = gapsOf(standings);
    const risen = new Map();
    standings.forEach((standing, index) => {
      const { id } = standing.member;
      const known = this.#rows.get(id);
      const row = known ?? new Row(this.#texts, this.#strings);
      this.#rows.set(id, row);
      risen.set(id, row.update(standing, { topScore, gap: gaps[index], still }));
      if (known === undefined && isContinuation) row.markNew();
    });
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
    const rows = Math.max(this.#rowsMin, standings.length);
    this.#list.style.setProperty('--columns', String(columns));
    this.#list.style.setProperty('--rows', String(rows));
    this.#list.style.setProperty('--rows-in-column', String(Math.ceil(rows / columns)));
  }
}
