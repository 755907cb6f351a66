/** Relay's environment: a normalized store, every operation by its id, live over WebSocket. */
import { type Client, createClient } from 'graphql-ws';
import {
  Environment,
  type FetchFunction,
  type GraphQLResponse,
  Network,
  Observable,
  RecordSource,
  Store,
  type SubscribeFunction,
} from 'relay-runtime';
import { WebSocket } from 'ws';

export type AppEnvironment = { readonly environment: Environment; readonly socket: Client };

export function createAppEnvironment(url: string, token: string): AppEnvironment {
  const authorization = `Bearer ${token}`;
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: { authorization },
    webSocketImpl: WebSocket, // Node 20 has none of its own; browsers do.
    // Whoever subscribes goes on from the last version, which is more than to try again.
    retryAttempts: 0,
  });
  // `id` is made by the compiler (persistConfig); the text stays in the manifest.
  const fetchById: FetchFunction = async ({ id }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ documentId: `sha256:${id}`, variables }),
    });
    return (await response.json()) as GraphQLResponse;
  };
  const subscribeById: SubscribeFunction = ({ id }, variables) =>
    Observable.create<GraphQLResponse>(({ next, error, complete }) =>
      socket.subscribe(
        { query: '', ...{ documentId: `sha256:${id}` }, variables },
        {
          next: (value) => next(value as GraphQLResponse),
          error: (e) => error(asError(e)),
          complete,
        },
      ),
    );
  const network = Network.create(fetchById, subscribeById);
  return {
    environment: new Environment({ network, store: new Store(new RecordSource()) }),
    socket,
  };
}

const asError = (value: unknown): Error =>
  value instanceof Error ? value : new Error('the connection was lost', { cause: value });
