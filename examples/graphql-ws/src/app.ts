/** The app over one WebSocket and nothing else: graphql-ws, without a cache. */
import type { ResultOf, TadaDocumentNode, VariablesOf } from 'gql.tada';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { documentIdOf } from './document-id.ts';
import {
  BoardSubscription,
  CheckInMutation,
  LedgerQuery,
  MemberSubscription,
  RedeemMutation,
  RenameMutation,
  RewardsQuery,
} from './operations.ts';
import type { App, Line } from './story.ts';

const PAGE = 4;

// biome-ignore lint/suspicious/noExplicitAny: any document, whatever it answers and takes.
type AnyDocument = TadaDocumentNode<any, any>;

export function createApp(url: string, token: string): App {
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: { authorization: `Bearer ${token}` },
    webSocketImpl: WebSocket, // Node 20 has none of its own; browsers do.
    // Whoever subscribes goes on from the last version, which is more than to try again.
    retryAttempts: 0,
  });

  /** Runs an operation by its id; the protocol wants a text, so it is empty. */
  function run<Document extends AnyDocument>(
    document: Document,
    variables: VariablesOf<Document>,
    onData: (data: ResultOf<Document>) => void,
    onEnd: (error?: unknown) => void,
  ): () => void {
    const payload = { query: '', documentId: documentIdOf(document), variables };
    return socket.subscribe<ResultOf<Document>>(payload, {
      next: ({ data, errors }) => {
        if (data != null) onData(data);
        else onEnd(errors);
      },
      error: onEnd,
      complete: () => onEnd(),
    });
  }

  const ask = <Document extends AnyDocument>(
    document: Document,
    variables: VariablesOf<Document>,
  ): Promise<ResultOf<Document>> =>
    new Promise((resolve, reject) => {
      run(document, variables, resolve, (error) =>
        reject(new Error('no answer', { cause: error })),
      );
    });

  let lines: readonly Line[] = [];
  return {
    // There is no cache: the server tells of every change of the member.
    watchCard: (show) =>
      run(
        MemberSubscription,
        {},
        ({ memberChanged }) => show(memberChanged.member),
        () => {},
      ),
    checkIn: async (key) => present((await ask(CheckInMutation, { key })).checkIn),
    rewards: async () => {
      const { rewards } = await ask(RewardsQuery, {});
      return rewards.edges.map(({ node }) => ({ ...node, price: node.offer?.price ?? 0 }));
    },
    redeem: async (order) => {
      const answer = present((await ask(RedeemMutation, order)).redeemReward);
      return 'redemption' in answer ? answer.redemption : answer;
    },
    ledger: async (after) => {
      const { me } = await ask(LedgerQuery, { first: PAGE, after });
      const { edges, pageInfo } = present(me).ledger;
      const page = edges.map(({ node }) => node);
      lines = after === undefined ? page : [...lines, ...page];
      return { lines, next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined };
    },
    rename: async (nickname) => {
      const answer = present((await ask(RenameMutation, { nickname })).updateProfile);
      if ('code' in answer) throw new Error(answer.message);
      return answer.member.displayName;
    },
    subscribeBoard: (place, onChange, onEnd) =>
      run(
        BoardSubscription,
        { key: 'all-time', ...place },
        ({ leaderboardChanged }) => onChange(leaderboardChanged),
        () => onEnd(),
      ),
    close: () => void socket.dispose(),
  };
}

function present<Value>(value: Value | null | undefined): Value {
  if (value == null) throw new Error('there is no answer');
  return value;
}
