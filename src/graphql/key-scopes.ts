/**
 * Which scope each root field belongs to. Queries and subscriptions are READ; a mutation that is
 * not listed here fails at the start, so that none is without.
 */
import { GraphQLError, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { scopesOfRole } from '../auth/scopes.ts';
import { hasScope, type Viewer } from '../auth/viewer.ts';
import type { ApiKeyScope } from '../generated/prisma/enums.ts';
import type { Context } from './context.ts';

const mutationsOf: Readonly<Record<Exclude<ApiKeyScope, 'READ'>, readonly string[]>> = {
  RECORD: [
    ...['enrolMember', 'updateMember', 'updateProfile', 'checkIn', 'claimTask'],
    ...['recordActivity', 'reverseActivity', 'confirmPoints', 'recordAttempt'],
    ...['joinChallenge', 'leaveChallenge', 'removeFromTeam', 'transferCaptain', 'renewInviteCode'],
  ],
  REDEEM: [
    ...['redeemReward', 'confirmRedemption', 'cancelRedemption', 'fulfilRedemption'],
    ...['useRewardCode', 'holdPoints', 'captureHold', 'releaseHold'],
  ],
  MANAGE: [
    ...['draftRule', 'publishRule', 'withdrawRuleVersion', 'discardDraft', 'retireRule'],
    ...['createReward', 'updateReward', 'adjustStock', 'importRewardCodes', 'withdrawRewardCodes'],
    ...['createLeaderboard', 'updateLeaderboard', 'archiveLeaderboard', 'backfillLeaderboard'],
    ...['createChallenge', 'updateChallenge', 'cancelChallenge', 'endChallenge'],
    ...['disqualifyParticipant', 'backfillTask', 'awardBadge', 'revokeBadge'],
    ...['adjustPoints', 'decideAdjustment', 'reverseEntry', 'eraseMember'],
    ...['pushOperations', 'retireOperations', 'setClientMode'],
  ],
  KEYS: ['createApiKey', 'rotateApiKey', 'revokeApiKey'],
};

const scopeOfMutation: ReadonlyMap<string, ApiKeyScope> = new Map(
  Object.entries(mutationsOf).flatMap(([scope, names]) =>
    names.map((name): [string, ApiKeyScope] => [name, scope as ApiKeyScope]),
  ),
);

/** The scope that a root field belongs to; undefined: nobody has said. */
export const scopeOfField = (root: string, field: string): ApiKeyScope | undefined =>
  root === 'Mutation' ? scopeOfMutation.get(field) : 'READ';

/** Has the root fields of a schema ask narrowed keys for their scope. Gives the same schema. */
export function withKeyScopes(schema: GraphQLSchema): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const root of roots) if (root != null) guard(root);
  return schema;
}

function guard(root: GraphQLObjectType): void {
  for (const field of Object.values(root.getFields())) {
    const scope = scopeOfField(root.name, field.name);
    if (scope === undefined) throw new Error(`${field.name} belongs to no scope: key-scopes.ts`);
    const way = root.name === 'Subscription' ? 'subscribe' : 'resolve';
    const inner = field[way];
    if (inner === undefined) continue;
    field[way] = (parent: unknown, args: unknown, context: Context, info) => {
      refuseWithout(context.viewer, scope);
      return inner(parent, args, context, info);
    };
  }
}

/** What no key of the role has is refused by the role, which says more. */
function refuseWithout(viewer: Viewer, scope: ApiKeyScope): void {
  if (hasScope(viewer, scope) || viewer.kind !== 'key') return;
  if (!scopesOfRole[viewer.role].includes(scope)) return;
  const own = viewer.scopes?.join(', ');
  throw new GraphQLError(`This needs the scope ${scope}; this key has ${own}.`, {
    extensions: { code: 'FORBIDDEN', scope, http: { status: 403 } },
  });
}
