/** The app with Apollo Client: what a screen of it would read and send. */
import { createAppClient } from './client.ts';
import {
  BoardDocument,
  CardDocument,
  CheckInDocument,
  LedgerDocument,
  RedeemDocument,
  RenameDocument,
  RewardsDocument,
} from './gql/graphql.ts';
import type { App } from './story.ts';

const PAGE = 4;

export function createApp(url: string, token: string): App {
  const { client, socket } = createAppClient(url, token);
  return {
    watchCard: (show) => {
      const cards = client.watchQuery({ query: CardDocument }).subscribe(({ data, dataState }) => {
        if (dataState === 'complete' && data.me !== null) show(data.me);
      });
      return () => cards.unsubscribe();
    },
    checkIn: async (key) => {
      const { data } = await client.mutate({ mutation: CheckInDocument, variables: { key } });
      return present(data?.checkIn);
    },
    rewards: async () => {
      const { data } = await client.query({ query: RewardsDocument });
      const { edges } = present(data).rewards;
      return edges.map(({ node }) => ({ ...node, price: node.offer?.price ?? 0 }));
    },
    redeem: async (order) => {
      const { data } = await client.mutate({ mutation: RedeemDocument, variables: order });
      const answer = present(data?.redeemReward);
      return 'redemption' in answer ? answer.redemption : answer;
    },
    ledger: async (after) => {
      const variables = { first: PAGE, after };
      await client.query({ query: LedgerDocument, variables, fetchPolicy: 'network-only' });
      // The cache puts the pages together: relayStylePagination in client.ts.
      const { edges, pageInfo } = present(
        client.readQuery({ query: LedgerDocument, variables })?.me,
      ).ledger;
      const next = pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined;
      return { lines: edges.map(({ node }) => node), next };
    },
    rename: async (nickname) => {
      const { data } = await client.mutate({ mutation: RenameDocument, variables: { nickname } });
      const answer = present(data?.updateProfile);
      if ('code' in answer) throw new Error(answer.message);
      return answer.member.displayName;
    },
    subscribeBoard: (place, onChange, onEnd) => {
      const variables = { key: 'all-time', ...place };
      // Not into the cache: the rows are put together in board.ts.
      const changes = client
        .subscribe({ query: BoardDocument, variables, fetchPolicy: 'no-cache' })
        .subscribe({
          next: ({ data, error }) => {
            if (error !== undefined) onEnd();
            else onChange(present(data).leaderboardChanged);
          },
          error: onEnd,
          complete: onEnd,
        });
      return () => changes.unsubscribe();
    },
    close: () => {
      client.stop();
      void socket.dispose();
    },
  };
}

function present<Value>(value: Value | null | undefined): Value {
  if (value == null) throw new Error('there is no answer');
  return value;
}
