/** One subscription over WebSocket (graphql-transport-ws). It never retries by itself. */
import { createReceiver, payloadOf, reasonOf } from './subscription.js';

const PING_MS = 5_000;
const FORBIDDEN = 4403;

/** @type {import('./subscription.js').OpenSession} */
export function openSocketSession(subscription, events) {
  const { graphqlWs } = /** @type {{ graphqlWs?: typeof import('graphql-ws') }} */ (
    /** @type {unknown} */ (globalThis)
  );
  if (graphqlWs === undefined) throw new Error('the WebSocket client did not load');
  const receiver = createReceiver(events, release);
  const url = new URL('graphql', document.baseURI);
  url.protocol = url.protocol.replace('http', 'ws');

  const client = graphqlWs.createClient({
    url: url.href,
    connectionParams: { authorization: `Bearer ${subscription.key}` },
    retryAttempts: 0,
    keepAlive: PING_MS,
    on: {
      message: () => receiver.alive(),
      // Ending here also keeps the client from opening a new socket after a normal closure.
      closed: (event) => {
        const { code } = /** @type {{ code?: number }} */ (event);
        receiver.end({ reason: code === FORBIDDEN ? 'unauthorized' : 'lost' });
      },
    },
  });
  const unsubscribe = client.subscribe(payloadOf(subscription), {
    next: (result) => receiver.result(/** @type {import('./subscription.js').Result} */ (result)),
    error: (error) => receiver.end(Array.isArray(error) ? reasonOf(error) : { reason: 'lost' }),
    complete: () => receiver.end({ reason: 'lost' }),
  });

  function release() {
    unsubscribe();
    // Does not wait for the other end, which may be gone.
    client.terminate();
  }
  return { close: receiver.close };
}
