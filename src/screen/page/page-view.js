/** Everything around the rows: heading, connection badge, messages and the key form. */

/** @typedef {import('./subscription.js').Change} Change */
/** @typedef {import('./connection.js').State} State */

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`no #${id}`);
  return element;
}

export class PageView {
  /** @type {import('./texts.js').Texts} */ #texts;
  /** @type {import('./strings.js').Strings} */ #strings;
  #board = '';
  /** @type {Change | undefined} */ #change;
  /** @type {string | undefined} */ #leader;

  /**
   * @param {import('./texts.js').Texts} texts
   * @param {import('./strings.js').Strings} strings
   * @param {string} board
   */
  constructor(texts, strings, board) {
    this.#texts = texts;
    this.#strings = strings;
    this.#board = board;
    setText('title', board);
    setText('key-title', strings.keyTitle);
    setText('key-help', strings.keyHelp);
    setText('key-label', strings.keyLabel);
    setText('remember-label', strings.keyRemember);
    setText('key-submit', strings.keySubmit);
  }

  /** The heading, and whether there are rows at all. @param {Change} change */
  showChange(change) {
    this.#change = change;
    const { season, standings } = change;
    setText('title', season.leaderboard.title);
    document.title = `${season.leaderboard.title} · Tallymark`;
    const { participants } = season;
    setText(
      'participants',
      this.#strings.participants(this.#texts.number(participants), participants === 1),
    );
    byId('board').hidden = standings.length === 0;
    this.#showMessage(standings.length === 0 ? this.#strings.empty : '');
    this.#announceLeader(change);
    this.refresh(0);
  }

  /** @param {State} state */
  showState({ name, message }) {
    document.body.dataset.state = name;
    const { connecting, live, paused, reconnecting, stopped } = this.#strings;
    /** @type {Partial<Record<typeof name, string>>} */
    const labels = { connecting, live, paused, reconnecting };
    const label = labels[name] ?? stopped;
    setText('state-label', label);
    this.#announce(label);
    if (name === 'unknown-board') this.#showProblem(this.#strings.unknownBoard(this.#board));
    if (name === 'fault') this.#showProblem(this.#strings.fault(message));
    if (name === 'connecting') this.#showMessage('');
    if (name !== 'unauthorized') byId('key-form').hidden = true;
  }

  /**
   * What changes while nothing happens: the period comes to its end, what is shown ages.
   * @param {number} ageMs  Since what is shown was last known to be current.
   */
  refresh(ageMs) {
    if (this.#change !== undefined) {
      setText('period', this.#texts.period(this.#change.season, this.#strings, Date.now()));
    }
    const isOld = this.#change !== undefined && document.body.dataset.state !== 'live';
    setText('state-age', isOld ? this.#strings.asOf(this.#texts.age(ageMs)) : '');
  }

  /** Asks for a key; nothing of the board stays on the screen. @param {string} problem */
  askForKey(problem) {
    this.#change = undefined;
    this.#showMessage('');
    byId('board').hidden = true;
    for (const id of ['period', 'participants', 'state-age']) setText(id, '');
    setText('key-problem', problem);
    byId('key-form').hidden = false;
    byId('key-input').focus();
  }

  /** Rows, if there are any, stay: dimmed, under a badge that tells their age. @param {string} text */
  #showProblem(text) {
    if (this.#change === undefined || this.#change.standings.length === 0) this.#showMessage(text);
    else setText('state-label', text);
  }

  /** @param {string} text */
  #showMessage(text) {
    setText('message', text);
    byId('message').hidden = text === '';
  }

  /** @param {Change} change */
  #announceLeader({ standings: [first] }) {
    if (first === undefined || first.member.id === this.#leader) return;
    this.#leader = first.member.id;
    this.#announce(this.#strings.leads(first.member.displayName, this.#texts.number(first.score)));
  }

  /** Reads aloud, without interrupting. @param {string} text */
  #announce(text) {
    setText('announcer', text);
  }
}

/** Only what differs is written: aria-live regions and selections stay undisturbed. @param {string} id @param {string} text */
function setText(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}
