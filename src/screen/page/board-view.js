/** The list of rows of one board. Rows glide to their new places. */
import { gapsOf } from './board-window.js';
import { fadeOut, isStill } from './movement.js';
import { Row } from './row.js';

/** @typedef {import('./subscription.js').Standing} Standing */
/** @typedef {import('./movement.js').Place} Place */
/** @typedef {import('./movement.js').Moving} Moving */

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
   * Reads where the rows are; what it gives shows exactly these standings, in this order.
   * @param {readonly Standing[]} standings
   * @param {boolean} isContinuation  Of what is shown; another season or board just appears.
   * @param {boolean} mayMove  The machine can.
   * @returns {() => readonly Moving[]}
   */
  prepare(standings, isContinuation, mayMove) {
    const still = !mayMove || isStill();
    const places = isContinuation && !still ? this.#places() : undefined;
    return () => {
      if (!isContinuation) this.clear();
      this.#removeAbsent(standings, places);
      const risen = this.#update(standings, isContinuation, still);
      this.#arrange(standings);
      if (places === undefined) return [];
      return [...this.#rows].map(([id, { element }]) => ({
        element,
        from: places.rows.get(id),
        isRising: (risen.get(id) ?? 0) > 0,
      }));
    };
  }

  /** Nothing is shown. */
  clear() {
    for (const row of this.#rows.values()) row.dispose();
    this.#rows.clear();
    this.#list.replaceChildren();
  }

  /** Where each row is seen now, in the middle of a movement or not. */
  #places() {
    /** @type {Map<string, Place>} */
    const rows = new Map();
    for (const [id, { element }] of this.#rows) rows.set(id, element.getBoundingClientRect());
    return { rows, list: this.#list.getBoundingClientRect() };
  }

  /**
   * @param {readonly Standing[]} standings
   * @param {{ rows: Map<string, Place>, list: Place } | undefined} places  They just go without.
   */
  #removeAbsent(standings, places) {
    const present = new Set(standings.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (present.has(id)) continue;
      this.#rows.delete(id);
      row.dispose();
      const at = places?.rows.get(id);
      if (places === undefined || at === undefined) row.element.remove();
      else fadeOut(row.element, at, places.list);
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
      const { id } = standing;
      const known = this.#rows.get(id);
      const row = known ?? new Row(this.#texts, this.#strings);
      this.#rows.set(id, row);
      risen.set(id, row.update(standing, { topScore, gap: gaps[index], still }));
      if (known === undefined && isContinuation) row.markNew();
    });
    return risen;
  }

  /** Of the longest score, with what it won: names get what room is left. @param {readonly Standing[]} standings */
  #charsOf(standings) {
    const lengths = standings.map(({ score, prize }) => {
      const won = prize === undefined ? 0 : this.#texts.number(prize).length + 2;
      return this.#texts.number(score).length + won;
    });
    return Math.max(1, ...lengths);
  }

  /** Puts the elements in order, moving as few as it can. @param {readonly Standing[]} standings */
  #arrange(standings) {
    standings.forEach(({ id }, index) => {
      const element = this.#rows.get(id)?.element;
      const there = this.#list.children[index] ?? null;
      if (element !== undefined && element !== there) this.#list.insertBefore(element, there);
    });
    const columns = standings.length > 24 ? 3 : standings.length > 12 ? 2 : 1;
    const rows = Math.max(this.#rowsMin, standings.length);
    this.#list.style.setProperty('--columns', String(columns));
    this.#list.style.setProperty('--rows', String(rows));
    this.#list.style.setProperty('--rows-in-column', String(Math.ceil(rows / columns)));
    this.#list.style.setProperty('--chars', String(this.#charsOf(standings)));
  }
}
