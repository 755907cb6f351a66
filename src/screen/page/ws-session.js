/** All boards over one WebSocket (graphql-transport-ws). It never retries by itself. */
import { createSession } from './session.js';
import { payloadOf, reasonOf } from './subscription.js';

const PING_MS = 5_000;
const FORBIDDEN = 4403;

/** @type {import('./session.js').OpenSession} */
export function openSocketSession(key, events) {
  const { graphqlWs } = /** @type {{ graphqlWs?: typeof import('graphql-ws') }} */ (
    /** @type {unknown} */ (globalThis)
  );
  if (graphqlWs === undefined) throw new Error('the WebSocket client did not load');
  const url = new URL('graphql', document.baseURI);
  url.protocol = url.protocol.replace('http', 'ws');

  const client = graphqlWs.createClient({
    url: url.href,
    connectionParams: { authorization: `Bearer ${key}` },
    retryAttempts: 0,
    keepAlive: PING_MS,
    // Open while no board sends, too: one that is unknown may be made.
    lazy: false,
    onNonLazyError: () => session.end({ reason: 'lost' }),
    on: {
      message: () => session.alive(),
      // Ending here also keeps the client from opening a new socket after a normal closure.
      closed: (event) => {
        const { code } = /** @type {{ code?: number }} */ (event);
        session.end({ reason: code === FORBIDDEN ? 'unauthorized' : 'lost' });
      },
    },
  });
  const session = createSession(events, {
    open: (subscription, receiver) =>
      client.subscribe(payloadOf(subscription), {
        next: (result) =>
          receiver.result(/** @type {import('./subscription.js').Result} */ (result)),
        error: (error) => receiver.end(Array.isArray(error) ? reasonOf(error) : lost),
        complete: () => receiver.end(lost),
      }),
    // Does not wait for the other end, which may be gone.
    release: () => client.terminate(),
  });
  return session;
}

const lost = /** @type {const} */ ({ reason: 'lost' });
