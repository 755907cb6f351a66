/** The live screen of one to four leaderboards and challenges; ./settings.js says what its address may ask for. */
import { Connection } from './connection.js';
import { showJoin } from './join.js';
import {
  fetchDemoKey,
  findKey,
  forgetKey,
  isScreenKey,
  keepKey,
  takeKeyFromFragment,
} from './keys.js';
import { glide } from './movement.js';
import { Pace } from './pace.js';
import { byId, PageView } from './page-view.js';
import { Panel } from './panel.js';
import { ServerClock } from './server-clock.js';
import { readSettings } from './settings.js';
import { chooseLanguage, languages } from './strings.js';
import { createTexts } from './texts.js';
import { applyTheme } from './theme.js';

/** @typedef {import('./keys.js').HeldKey} HeldKey */

const settings = readSettings(new URLSearchParams(location.search));
const language = chooseLanguage(settings.language);
const strings = languages[language];
const texts = createTexts(language);
const page = new PageView(texts, strings);
const pace = new Pace(glide);
const { topics } = settings;
const isAlone = topics.length === 1;
const ofChallenges = topics.every(({ kind }) => kind === 'challenge');
const heading = ofChallenges ? strings.challenges : strings.boards;
const clock = new ServerClock();
// Boards have no need of it: their periods end on the hour.
const now = topics.some(({ kind }) => kind === 'challenge') ? () => clock.now() : () => Date.now();
const announce = (/** @type {string} */ news) => page.announce(news);
// Rows of boards beside each other have one height.
const rowsMin = isAlone ? 6 : Math.min(10, settings.first);
const panels = topics.map(
  (topic) => new Panel(topic, { isAlone, rowsMin, texts, strings, now, announce }),
);

/** @type {Connection | undefined} */
let connection;
/** @type {import('./connection.js').State} */
let state = 'connecting';
/** @type {HeldKey | undefined} */
let held;

/** @param {number} board @param {import('./board-window.js').BoardWindow} window */
function receive(board, window) {
  document.body.dataset.transport = connection?.transport;
  const panel = panels[board];
  if (panel === undefined) return;
  const { isShown } = panel;
  panel.receive(window);
  page.setTitle(isAlone ? panel.title : heading);
  if (isShown) return pace.request(panel);
  // What is new to the eye comes at once.
  pace.now(panel);
  showBoardStates();
}

/** Each board has a state of its own; the badge tells of the worst that all share. */
function showBoardStates() {
  const feeds = connection?.boards ?? [];
  feeds.forEach(({ problem, isAnswered }, board) => {
    const panel = panels[board];
    const isLive = isAnswered && state === 'live';
    const known = panel?.isShown ? (isLive ? 'live' : 'stale') : 'connecting';
    panel?.showState(problem?.name ?? known, problem?.message ?? '');
  });
  const [problem] = feeds.map((feed) => feed.problem);
  const noneComes = feeds.every((feed) => feed.problem !== undefined);
  page.showState(state === 'live' && noneComes && problem ? problem.name : state);
  refresh();
}

/** @param {HeldKey} found */
function connect(found) {
  connection?.stop();
  held = found;
  page.showBoards();
  const { first, transport } = settings;
  const wanted = { topics, first, key: found.key };
  connection = new Connection(wanted, transport, {
    onWindow: receive,
    onBoards: showBoardStates,
    onState(now) {
      state = now;
      showBoardStates();
      if (state === 'unauthorized') void onRefused(found);
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
  state = 'unauthorized';
  for (const panel of panels) panel.reset();
  page.showState(state);
  page.askForKey(problem);
  refresh();
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

/** What is shown ages, and periods come to their end. */
function refresh() {
  for (const panel of panels) panel.refresh();
  const isOld = state !== 'live' && panels.some(({ isShown }) => isShown);
  page.showAge(isOld && connection ? Math.max(0, Date.now() - connection.currentAt) : undefined);
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
applyTheme(settings.theme);
page.arrange(panels, heading);
page.showState(state);
void showJoin(byId('join'), settings.join, strings);
void stayAwake();
now(); // Asks the time at once.
void start();
