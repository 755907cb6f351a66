/** The client of an app: a normalized cache, every operation by its id, live by event streams. */
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { persistedExchange } from '@urql/exchange-persisted';
import possibleTypes from './gql/possible-types.ts';

/** What has an `id` is kept once, under it; these have none and are parts of what holds them. */
const parts = ['Award', 'LedgerEntry', 'Points', 'RewardOffer', 'Standing', 'Streak'];

export function createAppClient(url: string, token: string): Client {
  return new Client({
    url,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    // Server-Sent Events through `fetch`: no other package, and they pass every proxy.
    fetchSubscriptions: true,
    preferGetMethod: false,
    exchanges: [
      cacheExchange({
        keys: Object.fromEntries(parts.map((name) => [name, () => null])),
        possibleTypes: possibleTypes.possibleTypes,
        resolvers: { Member: { ledger: relayPagination() } },
      }),
      persistedExchange({
        enforcePersistedQueries: true,
        enableForMutation: true,
        enableForSubscriptions: true,
        // Made by `npm run codegen`, which also wrote the manifest.
        generateHash: async (_text, document) => hashOf(document),
      }),
      fetchExchange,
    ],
  });
}

function hashOf(document: object): string | undefined {
  const { __meta__: meta } = document as { readonly __meta__?: { readonly hash: string } };
  return meta?.hash;
}
