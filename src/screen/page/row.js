/** One row of the board: a member's or team's rank, name and score, what it lacks, and what just changed. */
import { pop } from './movement.js';

/** @typedef {import('./subscription.js').Standing} Standing */

const COUNT_UP_MS = 800;
const MARKER_MS = 8_000;
const GAIN_MS = 2_600;

/** @param {string} className @param {string} [tag] */
function part(className, tag = 'span') {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

export class Row {
  element = part('row', 'li');
  #bar = part('bar');
  #rank = part('rank');
  #marker = part('marker');
  #name = part('name', 'bdi');
  #gap = part('gap');
  #prize = part('prize');
  #gain = part('gain');
  #score = part('score');
  /** @type {import('./texts.js').Texts} */ #texts;
  /** @type {import('./strings.js').Strings} */ #strings;
  /** @type {Standing | undefined} */ #standing;
  #shownScore = 0;
  #frame = 0;
  /** Rank before the moves that the marker tells of. */
  #markedFrom = 0;
  #isNew = false;
  /** @type {number | undefined} */ #markerTimer;
  /** @type {number | undefined} */ #gainTimer;

  /**
   * @param {import('./texts.js').Texts} texts
   * @param {import('./strings.js').Strings} strings
   */
  constructor(texts, strings) {
    this.#texts = texts;
    this.#strings = strings;
    this.#bar.setAttribute('aria-hidden', 'true');
    this.#gain.setAttribute('aria-hidden', 'true');
    this.#prize.setAttribute('role', 'img');
    this.#marker.setAttribute('role', 'img');
    this.#marker.hidden = true;
    const points = part('points');
    points.append(this.#gain, this.#prize, this.#score);
    const who = part('who');
    who.append(this.#name, this.#gap);
    this.element.append(this.#bar, this.#rank, who, this.#marker, points);
  }

  /**
   * @param {Standing} standing
   * @param {object} around
   * @param {number} around.topScore  Of the whole board; the bar is measured against it.
   * @param {import('./board-window.js').Gap | undefined} around.gap
   * @param {boolean} around.still  No movement is wanted.
   * @returns {number}  By how many places it rose; negative when it fell.
   */
  update(standing, { topScore, gap, still }) {
    const before = this.#standing;
    this.#standing = standing;
    // Names are members' own words: text, never markup.
    setText(this.#name, standing.name);
    this.#name.title = standing.name;
    setText(this.#rank, this.#texts.number(standing.rank));
    this.#showBelow(standing.prize, gap);
    this.element.dataset.rank = String(standing.rank);
    this.element.dataset.of = standing.id;
    const share = topScore > 0 ? Math.max(0, standing.score / topScore) : 0;
    this.#bar.style.transform = `scaleX(${share})`;
    const gained = before === undefined ? 0 : standing.score - before.score;
    this.#showScore(standing.score, gained > 0 && !still);
    if (before === undefined) return 0;
    if (gained !== 0) this.#markGain(gained, still);
    if (before.rank !== standing.rank) this.#markMove(before.rank, standing.rank);
    return before.rank - standing.rank;
  }

  /**
   * What it won, once it did; what it lacks until then.
   * @param {number | undefined} prize
   * @param {import('./board-window.js').Gap | undefined} gap
   */
  #showBelow(prize, gap) {
    const points = prize === undefined ? '' : this.#texts.number(prize);
    const won = points === '' ? '' : this.#strings.prize(points);
    setText(this.#prize, points === '' ? '' : `★\u2009${points}`);
    this.#prize.setAttribute('aria-label', won);
    setText(this.#gap, won || this.#texts.gap(gap, this.#strings));
  }

  /** It was not on the board a moment ago. */
  markNew() {
    this.#isNew = true;
    this.#mark('new', this.#strings.newcomer, this.#strings.newcomer);
  }

  /** Stops what still moves. */
  dispose() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#markerTimer);
    clearTimeout(this.#gainTimer);
  }

  /** @param {number} score @param {boolean} countUp */
  #showScore(score, countUp) {
    cancelAnimationFrame(this.#frame);
    const from = this.#shownScore;
    /** @param {number} value */
    const show = (value) => {
      this.#shownScore = value;
      this.#score.textContent = this.#texts.number(value);
    };
    if (!countUp) return show(score);
    const startedAt = performance.now();
    /** @param {number} now */
    const step = (now) => {
      const progress = Math.min(1, Math.max(0, (now - startedAt) / COUNT_UP_MS));
      show(progress === 1 ? score : Math.round(from + (score - from) * (1 - (1 - progress) ** 3)));
      if (progress < 1) this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  /** @param {number} gained @param {boolean} still */
  #markGain(gained, still) {
    const size = this.#texts.number(Math.abs(gained));
    setText(this.#gain, gained > 0 ? `+${size}` : `−${size}`);
    this.#gain.dataset.direction = gained > 0 ? 'up' : 'down';
    if (!still) pop(this.#score, this.#gain);
    clearTimeout(this.#gainTimer);
    // Gives its room back to the name.
    this.#gainTimer = setTimeout(() => setText(this.#gain, ''), GAIN_MS);
  }

  /** @param {number} from @param {number} to */
  #markMove(from, to) {
    // The newest is told: moves add up, and make one forget that it just came.
    if (this.#marker.hidden || this.#isNew) this.#markedFrom = from;
    this.#isNew = false;
    const rose = this.#markedFrom - to;
    const places = this.#texts.number(Math.abs(rose));
    if (rose === 0) this.#unmark();
    else if (rose > 0) this.#mark('up', `▲${places}`, this.#strings.up(places));
    else this.#mark('down', `▼${places}`, this.#strings.down(places));
  }

  /** For a moment. @param {'up' | 'down' | 'new'} news @param {string} text @param {string} label */
  #mark(news, text, label) {
    this.element.dataset.news = news;
    this.#marker.dataset.direction = news;
    setText(this.#marker, text);
    this.#marker.setAttribute('aria-label', label);
    this.#marker.hidden = false;
    clearTimeout(this.#markerTimer);
    this.#markerTimer = setTimeout(() => this.#unmark(), MARKER_MS);
  }

  #unmark() {
    clearTimeout(this.#markerTimer);
    this.#isNew = false;
    this.#marker.hidden = true;
    delete this.element.dataset.news;
  }
}

/** Only what differs is written. @param {HTMLElement} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
