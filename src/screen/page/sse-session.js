/** A stream of server-sent events for each board, for networks that let no WebSocket through. */
import { createSession } from './session.js';
import { payloadOf, reasonOf } from './subscription.js';

/** @typedef {import('./session.js').Receiver} Receiver */

/** @type {import('./session.js').OpenSession} */
export const openEventSession = (key, events) =>
  createSession(events, {
    open: (subscription, receiver) => openStream(key, subscription, receiver),
    release: () => {},
  });

/**
 * @param {string} key
 * @param {import('./subscription.js').Subscription} subscription
 * @param {Receiver} receiver
 */
function openStream(key, subscription, receiver) {
  const abort = new AbortController();
  void request(key, subscription, abort.signal)
    .then((response) => receive(response, receiver))
    .catch(() => {})
    // Whatever happened: nothing more will come.
    .then(() => receiver.end({ reason: 'lost' }));
  return () => abort.abort();
}

/**
 * EventSource can neither POST nor send the key in a header.
 * @param {string} key
 * @param {import('./subscription.js').Subscription} subscription
 * @param {AbortSignal} signal
 */
function request(key, subscription, signal) {
  return fetch(new URL('graphql', document.baseURI).href, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(payloadOf(subscription)),
    cache: 'no-store',
    signal,
  });
}

/**
 * @param {Response} response
 * @param {Receiver} receiver
 */
async function receive(response, receiver) {
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('text/event-stream') || response.body === null) {
    return receiver.end(await refusalOf(response));
  }
  const parse = createEventParser((name, data) => {
    if (name === 'next') receiver.result(JSON.parse(data));
    if (name === 'complete') receiver.end({ reason: 'lost' });
  });
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    receiver.alive();
    parse(decoder.decode(value, { stream: true }));
  }
}

/**
 * @param {Response} response
 * @returns {Promise<import('./subscription.js').Reason>}
 */
async function refusalOf(response) {
  const body = await response.json().catch(() => undefined);
  const known = Array.isArray(body?.errors) ? reasonOf(body.errors) : undefined;
  if (response.status === 401 || response.status === 403) {
    return { reason: 'unauthorized', message: known?.message ?? '' };
  }
  return known ?? { reason: 'lost' };
}

/**
 * Takes the stream piece by piece and calls back with each whole event.
 * @param {(name: string, data: string) => void} onEvent
 * @returns {(piece: string) => void}
 */
export function createEventParser(onEvent) {
  let rest = '';
  let name = 'message';
  /** @type {string[]} */
  let data = [];

  /** @param {string} line */
  function take(line) {
    if (line === '') {
      if (data.length > 0) onEvent(name, data.join('\n'));
      name = 'message';
      data = [];
      return;
    }
    const [, field, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'event') name = value;
    if (field === 'data') data.push(value);
  }

  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line.endsWith('\r') ? line.slice(0, -1) : line);
  };
}
