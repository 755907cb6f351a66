/** One board on the screen: its heading, its rows, and what there is to say when there are none. */
import { BoardView } from './board-view.js';

/** @typedef {import('./board-window.js').BoardWindow} BoardWindow */

/**
 * What a board's panel knows of its board: nothing yet, the present state, an earlier one, or what
 * the server says against it.
 * @typedef {'connecting' | 'live' | 'stale' | 'unknown-board' | 'fault'} PanelState
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
  /** @type {string} */ #key;
  /** @type {BoardView} */ #rows;
  /** @type {import('./texts.js').Texts} */ #texts;
  /** @type {import('./strings.js').Strings} */ #strings;
  /** @type {(news: string) => void} */ #announce;
  /** @type {BoardWindow | undefined} */ #shown;
  /** @type {BoardWindow | undefined} */ #waiting;
  /** @type {string | undefined} */ #leader;
  #problem = '';

  /**
   * @param {string} key  The board's.
   * @param {object} options
   * @param {boolean} options.isAlone  Its title is the page's.
   * @param {number} options.rowsMin  Room for as many.
   * @param {import('./texts.js').Texts} options.texts
   * @param {import('./strings.js').Strings} options.strings
   * @param {(news: string) => void} options.announce
   */
  constructor(key, { isAlone, rowsMin, texts, strings, announce }) {
    this.#key = key;
    this.#texts = texts;
    this.#strings = strings;
    this.#announce = announce;
    this.#title = create(isAlone ? 'h1' : 'h2', 'title');
    this.#title.dir = 'auto';
    this.#title.id = `title-${encodeURIComponent(key)}`;
    this.#list.setAttribute('aria-labelledby', this.#title.id);
    this.#rows = new BoardView(this.#list, rowsMin, texts, strings);
    this.heading.append(this.#title, this.#period, this.#note);
    this.element.dataset.board = key;
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
    const isContinuation = this.#shown?.season.id === window.season.id;
    const write = this.#rows.prepare(window.standings, isContinuation, mayMove);
    this.#shown = window;
    this.#waiting = undefined;
    return () => {
      this.#showAround(window);
      return write();
    };
  }

  /** @param {BoardWindow} window */
  #showAround(window) {
    const { season, standings } = window;
    this.#list.hidden = standings.length === 0;
    setText(this.#title, season.leaderboard.title);
    const { participants } = season;
    const count = this.#texts.number(participants);
    setText(this.participants, this.#strings.participants(count, participants === 1));
    this.#showMessage();
    this.refresh(Date.now());
    this.#announceLeader(window);
  }

  /** @param {PanelState} state @param {string} message  The server's words of a fault. */
  showState(state, message) {
    this.element.dataset.state = state;
    this.#problem = '';
    if (state === 'unknown-board') this.#problem = this.#strings.unknownBoard(this.#key);
    if (state === 'fault') this.#problem = this.#strings.fault(message);
    this.#showMessage();
  }

  /** What changes while nothing happens: the period comes to its end. @param {number} now */
  refresh(now) {
    const season = this.#shown?.season;
    const period = season === undefined ? '' : this.#texts.period(season, this.#strings, now);
    setText(this.#period, period);
  }

  /** Nothing of the board stays on the screen. */
  reset() {
    this.#shown = this.#waiting = this.#leader = undefined;
    this.#rows.clear();
    this.#list.hidden = true;
    for (const element of [this.#period, this.participants]) setText(element, '');
    setText(this.#title, this.#key);
    this.showState('connecting', '');
  }

  /** Rows, if there are any, stay, dimmed; what is wrong with them stands over them. */
  #showMessage() {
    const hasRows = this.#shown !== undefined && this.#shown.standings.length > 0;
    const isEmpty = this.#shown !== undefined && !hasRows;
    const instead = this.#problem || (isEmpty ? this.#strings.empty : '');
    setText(this.#message, hasRows ? '' : instead);
    this.#message.hidden = hasRows || instead === '';
    setText(this.#note, hasRows ? this.#problem : '');
  }

  /** @param {BoardWindow} window */
  #announceLeader({ season, standings: [first] }) {
    if (first === undefined || first.member.id === this.#leader) return;
    this.#leader = first.member.id;
    const score = this.#texts.number(first.score);
    const news = this.#strings.leads(first.member.displayName, score);
    this.#announce(this.#strings.ofBoard(season.leaderboard.title, news));
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
