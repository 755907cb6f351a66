/** What the app reads and sends. Types come from the schema as it is written: gql.tada. */
import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './graphql-env.d.ts';

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { Date: string; DateTime: string; JSON: unknown; SafeInt: number; TimeZone: string };
}>();

export const MemberSubscription = graphql(`
  subscription Member {
    memberChanged {
      version
      member {
        id
        displayName
        points {
          available
        }
        streak {
          current
          checkedInToday
        }
      }
    }
  }
`);

export const CheckInMutation = graphql(`
  mutation CheckIn($key: String!) {
    checkIn(input: { idempotencyKey: $key }) {
      ... on CheckInPayload {
        replayed
        alreadyCheckedIn
        awards {
          points
          explanation
        }
      }
      ... on Refusal {
        code
        message
      }
    }
  }
`);

export const RewardsQuery = graphql(`
  query Rewards {
    rewards(first: 50) {
      edges {
        node {
          id
          title
          offer {
            price
          }
        }
      }
    }
  }
`);

export const RedeemMutation = graphql(`
  mutation Redeem($rewardId: ID!, $expectedPrice: SafeInt!, $key: String!) {
    redeemReward(
      input: { rewardId: $rewardId, expectedPrice: $expectedPrice, idempotencyKey: $key }
    ) {
      ... on RedeemRewardPayload {
        redemption {
          id
          state
        }
      }
      ... on InsufficientPoints {
        available
        required
      }
      ... on Refusal {
        code
        message
      }
    }
  }
`);

export const LedgerQuery = graphql(`
  query Ledger($first: Int!, $after: String) {
    me {
      ledger(first: $first, after: $after) {
        edges {
          node {
            seq
            amount
            explanation
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export const RenameMutation = graphql(`
  mutation Rename($nickname: String) {
    updateProfile(input: { nickname: $nickname }) {
      ... on UpdateProfilePayload {
        member {
          displayName
        }
      }
      ... on Refusal {
        code
        message
      }
    }
  }
`);

export const BoardSubscription = graphql(`
  subscription Board($key: String!, $after: SafeInt, $season: ID) {
    leaderboardChanged(key: $key, first: 50, after: $after, season: $season) {
      kind
      version
      removed
      season {
        id
      }
      changes {
        rank
        score
        reachedAt
        member {
          id
          displayName
        }
      }
    }
  }
`);
