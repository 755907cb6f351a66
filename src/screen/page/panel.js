/** One board or challenge on the screen: its heading, its rows, and what there is to say when there are none. */
import { BoardView } from './board-view.js';
import { rowsOf } from './challenge.js';
import { createWords } from './words.js';

/** @typedef {import('./board-window.js').BoardWindow} BoardWindow */

/**
 * What a board's panel knows of its board: nothing yet, the present state, an earlier one, or what
 * the server says against it.
 * @typedef {'connecting' | 'live' | 'stale' | 'unknown' | 'fault'} PanelState
 */

export class Panel {
  element = create('section', 'panel');
  /** Title and period. */
  heading = create('div', 'heading');
  participants = create('p', 'participants');
  /** @type {HTMLElement} */ #title;
  #period = create('p', 'period');
  #note = create('p', 'note');
  #message = create('p', 'message');
  #list = create('ol', 'board');
  /** @type {import('./subscription.js').Topic} */ #topic;
  /** @type {BoardView} */ #rows;
  /** @type {import('./words.js').Words} */ #words;
  /** @type {() => number | undefined} */ #now;
  /** @type {import('./strings.js').Strings} */ #strings;
  /** @type {(news: string) => void} */ #announce;
  /** @type {BoardWindow | undefined} */ #shown;
  /** @type {BoardWindow | undefined} */ #waiting;
  /** @type {readonly import('./subscription.js').Standing[]} */ #rowsShown = [];
  /** @type {string | undefined} */ #leader;
  #problem = '';

  /**
   * @param {import('./subscription.js').Topic} topic
   * @param {object} options
   * @param {boolean} options.isAlone  Its title is the page's.
   * @param {number} options.rowsMin  Room for as many.
   * @param {import('./texts.js').Texts} options.texts
   * @param {import('./strings.js').Strings} options.strings
   * @param {() => number | undefined} options.now  By the server's clock.
   * @param {(news: string) => void} options.announce
   */
  constructor(topic, { isAlone, rowsMin, texts, strings, now, announce }) {
    this.#topic = topic;
    this.#words = createWords(texts, strings);
    this.#strings = strings;
    this.#now = now;
    this.#announce = announce;
    this.#title = create(isAlone ? 'h1' : 'h2', 'title');
    this.#title.dir = 'auto';
    this.#title.id = `title-${topic.kind}-${encodeURIComponent(topic.key)}`;
    this.#list.setAttribute('aria-labelledby', this.#title.id);
    this.#rows = new BoardView(this.#list, rowsMin, texts, strings);
    this.heading.append(this.#title, this.#period, this.#note);
    this.element.dataset[topic.kind] = topic.key;
    this.element.append(this.#message, this.#list);
    if (!isAlone) {
      const head = create('header', 'panel-head');
      head.append(this.heading, this.participants);
      this.element.prepend(head);
    }
    this.reset();
  }

  /** Whether anything of the board is on the screen. */
  get isShown() {
    return this.#shown !== undefined;
  }

  /** By the newest that was received. */
  get title() {
    const about = (this.#waiting ?? this.#shown)?.about;
    return about === undefined ? this.#topic.key : this.#words.title(about);
  }

  /** The newest window wins; those in between were never seen. @param {BoardWindow} window */
  receive(window) {
    this.#waiting = window;
  }

  /**
   * Reads what it needs to; what it gives shows what was received.
   * @param {boolean} mayMove
   * @returns {() => readonly import('./movement.js').Moving[]}
   */
  prepare(mayMove) {
    const window = this.#waiting;
    if (window === undefined) return () => [];
    const isContinuation = this.#shown?.seasonId === window.seasonId;
    const rows = rowsOf(window);
    const write = this.#rows.prepare(rows, isContinuation, mayMove);
    this.#shown = window;
    this.#rowsShown = rows;
    this.#waiting = undefined;
    return () => {
      this.#showAround(window);
      return write();
    };
  }

  /** @param {BoardWindow} window */
  #showAround({ about }) {
    this.#list.hidden = this.#rowsShown.length === 0;
    setText(this.#title, this.#words.title(about));
    setText(this.participants, this.#words.participants(about));
    this.refresh();
    this.#announceLeader(about);
  }

  /** @param {PanelState} state @param {string} message  The server's words of a fault. */
  showState(state, message) {
    this.element.dataset.state = state;
    this.#problem = '';
    if (state === 'unknown') this.#problem = this.#words.unknown(this.#topic);
    if (state === 'fault') this.#problem = this.#strings.fault(message);
    this.#showMessage();
  }

  /** What changes while nothing happens: a period comes to its end, a start comes near. */
  refresh() {
    const about = this.#shown?.about;
    setText(this.#period, about === undefined ? '' : this.#words.period(about, this.#now()));
    this.#showMessage();
  }

  /** Nothing of the board stays on the screen. */
  reset() {
    this.#shown = this.#waiting = this.#leader = undefined;
    this.#rowsShown = [];
    this.#rows.clear();
    this.#list.hidden = true;
    for (const element of [this.#period, this.participants]) setText(element, '');
    setText(this.#title, this.#topic.key);
    this.showState('connecting', '');
  }

  /** Rows, if there are any, stay, dimmed; what is wrong with them stands over them. */
  #showMessage() {
    const hasRows = this.#rowsShown.length > 0;
    const about = this.#shown?.about;
    const empty = about === undefined || hasRows ? '' : this.#words.empty(about, this.#now());
    const instead = this.#problem || empty;
    setText(this.#message, hasRows ? '' : instead);
    this.#message.hidden = hasRows || instead === '';
    setText(this.#note, hasRows ? this.#problem : '');
  }

  /** @param {import('./subscription.js').About} about */
  #announceLeader(about) {
    const [first] = this.#rowsShown;
    if (first === undefined) return;
    const leader = `${first.id} ${first.prize ?? ''}`;
    if (leader === this.#leader) return;
    this.#leader = leader;
    this.#announce(this.#words.leader(about, first));
  }
}

/** @param {string} tag @param {string} className */
function create(tag, className) {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

/** Only what differs is written: selections stay undisturbed. @param {HTMLElement} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
