/** Where the screen's key comes from and where it is kept. It never enters a URL we request. */

const STORED_AS = 'tallymark.screen-key';
const FORM = /^tm_screen_\S+$/;

/** @typedef {{ key: string, source: 'fragment' | 'session' | 'device' | 'typed' | 'demo' }} HeldKey */

/**
 * Whether it looks like a screen key. Other keys may do more than read, and have no place here.
 * @param {string} text
 */
export const isScreenKey = (text) => FORM.test(text);

/**
 * Takes `#key=…` out of the address bar, so that nobody reads it there or shares it by mistake.
 * @returns {string | undefined}
 */
export function takeKeyFromFragment() {
  const key = new URLSearchParams(location.hash.slice(1)).get('key')?.trim();
  if (!key) return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return key;
}

/** The key this tab or this device holds. @returns {HeldKey | undefined} */
export function findKey() {
  const inSession = read(() => sessionStorage);
  if (inSession !== null) return { key: inSession, source: 'session' };
  const onDevice = read(() => localStorage);
  if (onDevice !== null) return { key: onDevice, source: 'device' };
  return undefined;
}

/** The key of a demo server; others hand none out. @returns {Promise<HeldKey | undefined>} */
export async function fetchDemoKey() {
  try {
    const response = await fetch(new URL('screen/config.json', document.baseURI).href);
    const { key } = await response.json();
    return typeof key === 'string' ? { key, source: 'demo' } : undefined;
  } catch {
    return undefined; // The form asks for one then.
  }
}

/** @param {string} key @param {boolean} onDevice  Beyond this tab. */
export function keepKey(key, onDevice) {
  write(() => sessionStorage, key);
  if (onDevice) write(() => localStorage, key);
}

/** Forgets a key that was refused, wherever it is kept. @param {string} key */
export function forgetKey(key) {
  for (const storage of [() => sessionStorage, () => localStorage]) {
    if (read(storage) === key) write(storage, null);
  }
}

/** Browsers that forbid storage throw already when it is named. @param {() => Storage} storage */
function read(storage) {
  try {
    return storage().getItem(STORED_AS);
  } catch {
    return null;
  }
}

/** @param {() => Storage} storage @param {string | null} key */
function write(storage, key) {
  try {
    if (key === null) storage().removeItem(STORED_AS);
    else storage().setItem(STORED_AS, key);
  } catch {
    // Kept for as long as the page is open, then.
  }
}
