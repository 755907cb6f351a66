/** The client of an app: a normalized cache, every operation by its id, live over WebSocket. */
import { readFileSync } from 'node:fs';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client/core';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { generatePersistedQueryIdsFromManifest } from '@apollo/persisted-query-lists';
import { OperationTypeNode } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import possibleTypes from './gql/possible-types.ts';

/** A bundler would import the manifest, which `npm run codegen` writes. */
const loadManifest = () =>
  JSON.parse(readFileSync(new URL('../manifest.json', import.meta.url), 'utf8'));

export type AppClient = { readonly client: ApolloClient; readonly socket: Client };

export function createAppClient(url: string, token: string): AppClient {
  const authorization = `Bearer ${token}`;
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: { authorization },
    webSocketImpl: WebSocket, // Node 20 has none of its own; browsers do.
    // Whoever subscribes goes on from the last version, which is more than to try again.
    retryAttempts: 0,
  });
  const link = ApolloLink.from([
    new PersistedQueryLink({
      ...generatePersistedQueryIdsFromManifest({ loadManifest }),
      useGETForHashedQueries: true,
    }),
    ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: url, headers: { authorization } }),
    ),
  ]);
  const cache = new InMemoryCache({
    possibleTypes: possibleTypes.possibleTypes,
    typePolicies: {
      // What has an `id` is kept once, under it. These have none: parts of their member.
      Points: { merge: true },
      Streak: { merge: true },
      Member: { fields: { ledger: relayStylePagination() } },
    },
  });
  return { client: new ApolloClient({ link, cache }), socket };
}
