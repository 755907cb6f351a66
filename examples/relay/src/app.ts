/** The app with Relay's runtime, without React: what a screen of it would read and send. */
import {
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  type GraphQLTaggedNode,
  getRequest,
  type MutationParameters,
  type OperationType,
  requestSubscription,
} from 'relay-runtime';
import type { operationsBoardSubscription } from './__generated__/operationsBoardSubscription.graphql.ts';
import type { operationsCardQuery } from './__generated__/operationsCardQuery.graphql.ts';
import type { operationsCheckInMutation } from './__generated__/operationsCheckInMutation.graphql.ts';
import type { operationsLedgerQuery } from './__generated__/operationsLedgerQuery.graphql.ts';
import type { operationsRedeemMutation } from './__generated__/operationsRedeemMutation.graphql.ts';
import type { operationsRenameMutation } from './__generated__/operationsRenameMutation.graphql.ts';
import type { operationsRewardsQuery } from './__generated__/operationsRewardsQuery.graphql.ts';
import { type AppEnvironment, createAppEnvironment } from './environment.ts';
import {
  boardSubscription,
  cardQuery,
  checkInMutation,
  ledgerQuery,
  redeemMutation,
  renameMutation,
  rewardsQuery,
} from './operations.ts';
import type { App } from './story.ts';

const PAGE = 4;

export function createApp(url: string, token: string): App {
  const { environment, socket } = createAppEnvironment(url, token);
  const { read, write, watch } = callsOf(environment);
  return {
    watchCard: (show) => {
      void read<operationsCardQuery>(cardQuery, {});
      return watch<operationsCardQuery>(cardQuery, {}, ({ me }) => {
        if (me != null) show(me);
      });
    },
    checkIn: async (key) => {
      const { checkIn } = await write<operationsCheckInMutation>(checkInMutation, { key });
      return present(checkIn?.accepted ?? checkIn?.refused);
    },
    rewards: async () => {
      const { rewards } = await read<operationsRewardsQuery>(rewardsQuery, {});
      return rewards.edges.map(({ node }) => ({ ...node, price: node.offer?.price ?? 0 }));
    },
    redeem: async (order) => {
      const { redeemReward } = await write<operationsRedeemMutation>(redeemMutation, order);
      const { accepted, refused, short } = present(redeemReward);
      return accepted?.redemption ?? { ...present(refused), ...short };
    },
    // The store puts the pages together: @connection.
    ledger: async (after) => {
      const { me } = await read<operationsLedgerQuery>(ledgerQuery, { first: PAGE, after });
      const { edges, pageInfo } = present(me).ledger;
      const next = pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined;
      return { lines: edges.map(({ node }) => node), next };
    },
    rename: async (nickname) => {
      const { updateProfile } = await write<operationsRenameMutation>(renameMutation, { nickname });
      if (updateProfile?.refused != null) throw new Error(updateProfile.refused.message);
      return present(updateProfile?.accepted).member.displayName;
    },
    subscribeBoard: (place, onChange, onEnd) => {
      const changes = requestSubscription<operationsBoardSubscription>(environment, {
        subscription: boardSubscription,
        variables: { key: 'all-time', ...place },
        onNext: (data) => onChange(present(data).leaderboardChanged),
        onError: onEnd,
        onCompleted: onEnd,
      });
      return () => changes.dispose();
    },
    close: () => void socket.dispose(),
  };
}

/** What hooks do for components, as promises and callbacks. */
function callsOf(environment: AppEnvironment['environment']) {
  const read = <Query extends OperationType>(
    document: GraphQLTaggedNode,
    variables: Query['variables'],
  ) =>
    new Promise<Query['response']>((resolve, reject) => {
      fetchQuery<Query>(environment, document, variables).subscribe({
        next: resolve,
        error: reject,
      });
    });

  const write = <Mutation extends MutationParameters>(
    mutation: GraphQLTaggedNode,
    variables: Mutation['variables'],
  ) =>
    new Promise<Mutation['response']>((resolve, reject) => {
      commitMutation<Mutation>(environment, {
        mutation,
        variables,
        onCompleted: (data, errors) => {
          if (errors == null) resolve(data);
          else reject(new Error(errors.map(({ message }) => message).join('; ')));
        },
        onError: reject,
      });
    });

  /** Reads from the store, now and whenever what is shown changes there. */
  const watch = <Query extends OperationType>(
    document: GraphQLTaggedNode,
    variables: Query['variables'],
    show: (data: Query['response']) => void,
  ) => {
    const operation = createOperationDescriptor(getRequest(document), variables);
    const retained = environment.retain(operation);
    const snapshot = environment.lookup(operation.fragment);
    const changes = environment.subscribe(snapshot, ({ data }) => show(data as Query['response']));
    return () => {
      changes.dispose();
      retained.dispose();
    };
  };
  return { read, write, watch };
}

function present<Value>(value: Value | null | undefined): Value {
  if (value == null) throw new Error('there is no answer');
  return value;
}
