/** One row of the board: a member's rank, name and score. */

/** @typedef {import('./subscription.js').Standing} Standing */

const COUNT_UP_MS = 800;
const MARKER_MS = 8_000;

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
  #gain = part('gain');
  #score = part('score');
  /** @type {import('./texts.js').Texts} */ #texts;
  /** @type {import('./strings.js').Strings} */ #strings;
  /** @type {Standing | undefined} */ #standing;
  #shownScore = 0;
  #frame = 0;
  /** Rank before the moves that the marker tells of. */
  #markedFrom = 0;
  /** @type {number | undefined} */ #markerTimer;

  /**
   * @param {import('./texts.js').Texts} texts
   * @param {import('./strings.js').Strings} strings
   */
  constructor(texts, strings) {
    this.#texts = texts;
    this.#strings = strings;
    this.#bar.setAttribute('aria-hidden', 'true');
    this.#gain.setAttribute('aria-hidden', 'true');
    this.#marker.setAttribute('role', 'img');
    this.#marker.hidden = true;
    this.#gain.onanimationend = () => {
      this.#gain.textContent = ''; // Gives its room back to the name.
    };
    const points = part('points');
    points.append(this.#gain, this.#score);
    this.element.append(this.#bar, this.#rank, this.#name, this.#marker, points);
  }

  /**
   * @param {Standing} standing
   * @param {number} topScore  Of the whole board; the bar is measured against it.
   * @param {boolean} isStill  No movement is wanted.
   * @returns {number}  By how many places it rose; negative when it fell.
   */
  update(standing, topScore, isStill) {
    const before = this.#standing;
    this.#standing = standing;
    // Names are members' own words: text, never markup.
    this.#name.textContent = standing.member.displayName;
    this.#name.title = standing.member.displayName;
    this.#rank.textContent = String(standing.rank);
    this.element.dataset.rank = String(standing.rank);
    this.element.dataset.member = standing.member.id;
    const share = topScore > 0 ? Math.max(0, standing.score / topScore) : 0;
    this.#bar.style.transform = `scaleX(${share})`;
    const gained = before === undefined ? 0 : standing.score - before.score;
    this.#showScore(standing.score, gained > 0 && !isStill);
    if (before === undefined) return 0;
    if (gained > 0 && !isStill) this.#flash(gained);
    if (before.rank !== standing.rank) this.#mark(before.rank, standing.rank);
    return before.rank - standing.rank;
  }

  /** Stops what still moves. */
  dispose() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#markerTimer);
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

  /** @param {number} gained */
  #flash(gained) {
    this.#gain.textContent = `+${this.#texts.number(gained)}`;
    for (const element of [this.#gain, this.#score]) {
      element.classList.remove('flash');
      void element.offsetWidth; // Begins the animation anew.
      element.classList.add('flash');
    }
  }

  /** @param {number} from @param {number} to */
  #mark(from, to) {
    if (this.#marker.hidden) this.#markedFrom = from;
    const rose = this.#markedFrom - to;
    clearTimeout(this.#markerTimer);
    this.#marker.hidden = rose === 0;
    if (rose === 0) return;
    const places = Math.abs(rose);
    this.#marker.textContent = `${rose > 0 ? '▲' : '▼'}${places}`;
    this.#marker.dataset.direction = rose > 0 ? 'up' : 'down';
    this.#marker.setAttribute(
      'aria-label',
      rose > 0 ? this.#strings.up(places) : this.#strings.down(places),
    );
    this.#markerTimer = setTimeout(() => {
      this.#marker.hidden = true;
    }, MARKER_MS);
  }
}
