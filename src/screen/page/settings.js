/** What the address of the page asks for. */

const TOPICS_MAX = 4;
const JOIN_LENGTH_MAX = 256; // A denser code is hard to scan from a hall.

/** @typedef {'dark' | 'light' | 'hall'} Theme */
/** @typedef {import('./subscription.js').Topic} Topic */

/**
 * Query: board, challenge (up to four together, with commas), first (1 to 50), lang (en, zh), theme (dark, light,
 * hall), transport (ws, sse), join (an address). Fragment: key.
 * @param {URLSearchParams} query
 */
export function readSettings(query) {
  const wanted = query.get('transport');
  const theme = query.get('theme');
  return {
    topics: readTopics(query),
    first: Math.min(50, Math.max(1, Number.parseInt(query.get('first') ?? '', 10) || 10)),
    /** @type {'ws' | 'sse' | undefined} */
    transport: wanted === 'ws' || wanted === 'sse' ? wanted : undefined,
    /** The one the system is set to, when undefined. @type {Theme | undefined} */
    theme: theme === 'dark' || theme === 'light' || theme === 'hall' ? theme : undefined,
    language: query.get('lang'),
    join: readJoin(query.get('join')),
  };
}

/** @typedef {ReturnType<typeof readSettings>} Settings */

/**
 * Boards by key and challenges by global id, in the order of the address.
 * @param {URLSearchParams} query
 * @returns {readonly Topic[]}
 */
function readTopics(query) {
  /** @type {Map<string, Topic>} */
  const topics = new Map();
  for (const [kind, text] of query) {
    if (kind !== 'board' && kind !== 'challenge') continue;
    const keys = text.split(',').map((key) => key.trim());
    for (const key of keys) if (key !== '') topics.set(`${kind} ${key}`, { kind, key });
  }
  if (topics.size === 0) return [{ kind: 'board', key: 'all-time' }];
  return [...topics.values()].slice(0, TOPICS_MAX);
}

/**
 * The address of a QR code, in its plain form: what is shown is what is scanned. One that is not
 * of the web, too long or made to look like another is refused.
 * @param {string | null} text
 * @returns {{ address: string } | 'refused' | undefined}
 */
function readJoin(text) {
  if (text === null || text.trim() === '') return undefined;
  try {
    const url = new URL(text.trim());
    const isOfWeb = url.protocol === 'https:' || url.protocol === 'http:';
    const isPlain = url.username === '' && url.password === '';
    const isShort = url.href.length <= JOIN_LENGTH_MAX;
    return isOfWeb && isPlain && isShort ? { address: url.href } : 'refused';
  } catch {
    return 'refused';
  }
}
