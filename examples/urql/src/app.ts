/** The app with urql: what a screen of it would read and send. */
import { pipe, subscribe } from 'wonka';
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
  const client = createAppClient(url, token);
  return {
    watchCard: (show) =>
      pipe(
        client.query(CardDocument, {}),
        subscribe((result) => {
          const { me } = dataOf(result);
          if (me !== null) show(me);
        }),
      ).unsubscribe,
    checkIn: async (key) =>
      present(dataOf(await client.mutation(CheckInDocument, { key })).checkIn),
    rewards: async () => {
      const { rewards } = dataOf(await client.query(RewardsDocument, {}));
      return rewards.edges.map(({ node }) => ({ ...node, price: node.offer?.price ?? 0 }));
    },
    redeem: async (order) => {
      const answer = present(dataOf(await client.mutation(RedeemDocument, order)).redeemReward);
      return 'redemption' in answer ? answer.redemption : answer;
    },
    // The cache puts the pages together: relayPagination in client.ts.
    ledger: async (after) => {
      const { me } = dataOf(await client.query(LedgerDocument, { first: PAGE, after }));
      const { edges, pageInfo } = present(me).ledger;
      const next = pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined;
      return { lines: edges.map(({ node }) => node), next };
    },
    rename: async (nickname) => {
      const answer = dataOf(await client.mutation(RenameDocument, { nickname })).updateProfile;
      const renamed = present(answer);
      if ('code' in renamed) throw new Error(renamed.message);
      return renamed.member.displayName;
    },
    subscribeBoard: (place, onChange, onEnd) => {
      const variables = { key: 'all-time', ...place };
      return pipe(
        client.subscription(BoardDocument, variables, { requestPolicy: 'network-only' }),
        subscribe(({ data, error }) => {
          if (data !== undefined) onChange(data.leaderboardChanged);
          if (error !== undefined) onEnd();
        }),
      ).unsubscribe;
    },
    close: () => {},
  };
}

/** The data of an answer; what is none is an error: a wrong token, a limit, an outage. */
function dataOf<Data>({ data, error }: { data?: Data; error?: Error }): Data {
  if (error !== undefined) throw error;
  return present(data);
}

function present<Value>(value: Value | null | undefined): Value {
  if (value == null) throw new Error('there is no answer');
  return value;
}
