/**
 * The live screen of one leaderboard.
 * Query: board, first (1 to 50), lang (en, zh), transport (ws, sse). Fragment: key.
 */
import { BoardView } from './board-view.js';
import { Connection } from './connection.js';
import {
  fetchDemoKey,
  findKey,
  forgetKey,
  isScreenKey,
  keepKey,
  takeKeyFromFragment,
} from './keys.js';
import { byId, PageView } from './page-view.js';
import { chooseLanguage, stringsFor } from './strings.js';
import { createTexts } from './texts.js';

/** @typedef {import('./subscription.js').Change} Change */
/** @typedef {import('./keys.js').HeldKey} HeldKey */

const RENDER_MS = 300; // Between two renderings: movements must be followed by eye.

const query = new URLSearchParams(location.search);
const board = query.get('board') || 'all-time';
const first = Math.min(50, Math.max(1, Number.parseInt(query.get('first') ?? '', 10) || 10));
const wanted = query.get('transport');
const transport = wanted === 'ws' || wanted === 'sse' ? wanted : undefined;
const language = chooseLanguage(query.get('lang'));
const strings = stringsFor(language);
const texts = createTexts(language);
const page = new PageView(texts, strings, board);
const rows = new BoardView(byId('board'), texts, strings);

/** @type {Connection | undefined} */
let connection;
/** @type {HeldKey | undefined} */
let held;
/** @type {Change | undefined} */
let shown;
/** @type {Change | undefined} */
let waiting;
/** @type {number | undefined} */
let renderTimer;

/** The newest change wins; those in between were never seen. @param {Change} change @param {boolean} isFirst */
function receive(change, isFirst) {
  document.body.dataset.transport = connection?.transport;
  const known = waiting ?? shown;
  // Only within one session: after a reconnect another node, or a restored database, is the truth.
  if (!isFirst && known && isSameSeason(known, change) && change.version < known.version) return;
  waiting = change;
  if (isFirst) render();
  else renderTimer ??= setTimeout(render, RENDER_MS);
}

function render() {
  clearTimeout(renderTimer);
  renderTimer = undefined;
  if (waiting === undefined) return;
  rows.render(waiting.standings, shown !== undefined && isSameSeason(shown, waiting));
  page.showChange(waiting);
  shown = waiting;
  waiting = undefined;
}

/** @param {Change} a @param {Change} b */
const isSameSeason = (a, b) => a.season.startsAt === b.season.startsAt;

/** @param {HeldKey} found */
function connect(found) {
  connection?.stop();
  held = found;
  const subscription = { board, first, key: found.key };
  connection = new Connection(subscription, {
    transport,
    onChange: receive,
    onState(state) {
      page.showState(state);
      refresh();
      if (state.name === 'unauthorized') void onRefused(found);
    },
  });
  connection.start();
}

/** @param {HeldKey} refused */
async function onRefused(refused) {
  forgetKey(refused.key);
  // A demo server that was set up anew has another key; nobody is there to type it.
  if (refused.source === 'demo') {
    const demo = await fetchDemoKey();
    if (demo !== undefined && demo.key !== refused.key) return connect(demo);
  }
  askForKey(strings.keyRefused);
}

/** @param {string} problem */
function askForKey(problem) {
  connection?.stop();
  connection = undefined;
  clearTimeout(renderTimer);
  renderTimer = shown = waiting = undefined;
  page.showState({ name: 'unauthorized', message: '' });
  page.askForKey(problem);
}

/** @param {string} key @param {'fragment' | 'typed'} source @param {boolean} onDevice */
function accept(key, source, onDevice) {
  if (!isScreenKey(key)) return askForKey(strings.keyOfAnotherKind);
  keepKey(key, onDevice);
  connect({ key, source });
}

async function start() {
  const given = takeKeyFromFragment();
  if (given !== undefined) return accept(given, 'fragment', false);
  const found = findKey() ?? (await fetchDemoKey());
  if (found === undefined) askForKey('');
  else connect(found);
}

function refresh() {
  page.refresh(connection === undefined ? 0 : Date.now() - connection.currentAt);
}

/** Keeps the display on, where the browser lets us. */
async function stayAwake() {
  if (document.hidden) return;
  await navigator.wakeLock?.request('screen').catch(() => {});
}

byId('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const input = /** @type {HTMLInputElement} */ (byId('key-input'));
  const remember = /** @type {HTMLInputElement} */ (byId('key-remember'));
  const key = input.value.trim();
  if (key === '') return input.focus();
  input.value = '';
  accept(key, 'typed', remember.checked);
});
// A key pasted into the address bar of the open page.
window.addEventListener('hashchange', () => {
  const given = takeKeyFromFragment();
  if (given !== undefined && given !== held?.key) accept(given, 'fragment', false);
});
document.addEventListener('visibilitychange', () => void stayAwake());
setInterval(refresh, 1000);

document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
page.showState({ name: 'connecting', message: '' });
void stayAwake();
void start();
