/** What the app reads and sends; relay-compiler makes its types, its ids and the manifest of it. */
import { graphql } from 'relay-runtime';

export const cardQuery = graphql`
  query operationsCardQuery {
    me {
      ...operationsCard @relay(mask: false)
    }
  }
`;

/** The member's fields that a card shows; masked where components read their own. */
export const card = graphql`
  fragment operationsCard on Member {
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
`;

export const checkInMutation = graphql`
  mutation operationsCheckInMutation($key: String!) {
    checkIn(input: { idempotencyKey: $key }) {
      ... on CheckInPayload @alias(as: "accepted") {
        replayed
        alreadyCheckedIn
        awards {
          points
          explanation
        }
        member {
          ...operationsCard @relay(mask: false)
        }
      }
      ... on Refusal @alias(as: "refused") {
        code
        message
      }
    }
  }
`;

export const rewardsQuery = graphql`
  query operationsRewardsQuery {
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
`;

export const redeemMutation = graphql`
  mutation operationsRedeemMutation($rewardId: ID!, $expectedPrice: SafeInt!, $key: String!) {
    redeemReward(
      input: { rewardId: $rewardId, expectedPrice: $expectedPrice, idempotencyKey: $key }
    ) {
      ... on RedeemRewardPayload @alias(as: "accepted") {
        redemption {
          id
          state
        }
        member {
          id
          points {
            available
          }
        }
      }
      ... on InsufficientPoints @alias(as: "short") {
        available
        required
      }
      ... on Refusal @alias(as: "refused") {
        code
        message
      }
    }
  }
`;

export const ledgerQuery = graphql`
  query operationsLedgerQuery($first: Int!, $after: String) {
    me {
      ledger(first: $first, after: $after) @connection(key: "operations_ledger") {
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
`;

export const renameMutation = graphql`
  mutation operationsRenameMutation($nickname: String) {
    updateProfile(input: { nickname: $nickname }) {
      ... on UpdateProfilePayload @alias(as: "accepted") {
        member {
          id
          displayName
        }
      }
      ... on Refusal @alias(as: "refused") {
        code
        message
      }
    }
  }
`;

export const boardSubscription = graphql`
  subscription operationsBoardSubscription($key: String!, $after: SafeInt, $season: ID) {
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
`;
