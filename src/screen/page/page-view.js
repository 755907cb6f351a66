/** What surrounds the boards: heading, connection badge, announcements and the key form. */

/** @typedef {import('./connection.js').State} State */
/** @typedef {import('./panel.js').Panel} Panel */

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`no #${id}`);
  return element;
}

export class PageView {
  /** @type {import('./texts.js').Texts} */ #texts;
  /** @type {import('./strings.js').Strings} */ #strings;

  /**
   * @param {import('./texts.js').Texts} texts
   * @param {import('./strings.js').Strings} strings
   */
  constructor(texts, strings) {
    this.#texts = texts;
    this.#strings = strings;
    setText('key-title', strings.keyTitle);
    setText('key-help', strings.keyHelp);
    setText('key-label', strings.keyLabel);
    setText('remember-label', strings.keyRemember);
    setText('key-submit', strings.keySubmit);
  }

  /** Puts the boards in their places. @param {readonly Panel[]} panels @param {string} heading  Over several. */
  arrange(panels, heading) {
    document.body.dataset.boards = String(panels.length);
    byId('boards').append(...panels.map(({ element }) => element));
    const [alone] = panels;
    if (panels.length === 1 && alone !== undefined) {
      byId('heading').replaceWith(alone.heading);
      byId('facts').append(alone.participants);
      return;
    }
    const title = document.createElement('h1');
    title.textContent = heading;
    byId('heading').append(title);
  }

  /** @param {string} title */
  setTitle(title) {
    const whole = `${title} · Tallymark`;
    if (document.title !== whole) document.title = whole;
  }

  /** The badge. @param {State | 'unknown' | 'fault'} name */
  showState(name) {
    document.body.dataset.state = name;
    const { connecting, live, paused, reconnecting, stopped } = this.#strings;
    /** @type {Partial<Record<typeof name, string>>} */
    const labels = { connecting, live, paused, reconnecting };
    const label = labels[name] ?? stopped;
    if (byId('state-label').textContent === label) return;
    setText('state-label', label);
    this.announce(label);
  }

  /** How old what is shown is; undefined when it is current or there is nothing. @param {number | undefined} ageMs */
  showAge(ageMs) {
    setText('state-age', ageMs === undefined ? '' : this.#strings.asOf(this.#texts.age(ageMs)));
  }

  /** Asks for a key in place of the boards. @param {string} problem */
  askForKey(problem) {
    byId('boards').hidden = true;
    setText('key-problem', problem);
    byId('key-form').hidden = false;
    byId('key-input').focus();
  }

  /** The boards in place of the form. */
  showBoards() {
    byId('key-form').hidden = true;
    byId('boards').hidden = false;
  }

  /** Reads aloud, without interrupting. @param {string} text */
  announce(text) {
    setText('announcer', text);
  }
}

/** Only what differs is written: aria-live regions stay undisturbed. @param {string} id @param {string} text */
function setText(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}
