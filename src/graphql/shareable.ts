import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { hasScope, type KnownViewer, type Viewer } from '../auth/viewer.ts';

/**
 * Fields that are the same for everybody who may read them: of a program's boards and of what
 * everybody may see of its members. Nothing else is ever shared: a field that is not named here
 * is executed for each caller. test/live/shared.test.ts holds each against every role.
 */
export const sharedFields: Readonly<Record<string, readonly string[]>> = {
  Query: ['leaderboard', 'leaderboards', 'challenge'],
  Subscription: ['leaderboardChanged', 'challengeChanged'],
  LeaderboardChange: ['kind', 'version', 'season', 'standings', 'changes', 'removed'],
  ChallengeChange: [
    ...['kind', 'version', 'challenge', 'season', 'standings', 'changes', 'removed'],
    ...['teamStandings', 'teamChanges', 'teamsRemoved'],
  ],
  Challenge: [
    ...['id', 'kind', 'title', 'description', 'metric', 'activityType', 'rankMode', 'goal'],
    ...['target', 'capacity', 'minimum', 'tooFew', 'entryFee', 'joinFrom', 'joinUntil'],
    ...['startsAt', 'endsAt', 'settlesAt', 'settleDelayMinutes', 'phase', 'joinable'],
    ...['attemptsMax', 'attemptOperator', 'teamRules', 'participantsCount', 'teamsCount'],
    ...['season', 'createdAt', 'startedAt', 'frozenAt', 'settledAt', 'cancelledAt'],
    ...['cancelReason', 'refundedAt', 'version', 'teamStandings'],
  ],
  TeamRules: ['sizeMax', 'scoring', 'top', 'memberCap', 'prizeSplit'],
  Team: ['id', 'name', 'captain', 'size', 'startSize', 'disbandedAt'],
  TeamStanding: ['rank', 'score', 'reachedAt', 'team'],
  TeamStandingConnection: ['edges', 'nodes', 'pageInfo', 'totalCount', 'asOfVersion'],
  TeamStandingEdge: ['cursor', 'node'],
  Leaderboard: [
    ...['id', 'key', 'title', 'metric', 'activityType', 'cadence', 'timeZone', 'rankMode'],
    ...['settleDelayMinutes', 'filter', 'startsAt', 'endsAt', 'countsFrom', 'archivedAt'],
    ...['version', 'season', 'seasons'],
  ],
  LeaderboardFilter: ['tags', 'tiers'],
  Season: [
    ...['id', 'leaderboard', 'startsAt', 'endsAt', 'state', 'version', 'participants'],
    ...['frozenAt', 'definition', 'standings', 'prizes', 'settlement'],
  ],
  SeasonDefinition: ['activityType', 'filter', 'metric', 'rankMode', 'title', 'version'],
  LeaderboardSeasonsConnection: ['edges', 'pageInfo'],
  LeaderboardSeasonsConnectionEdge: ['cursor', 'node'],
  StandingConnection: ['edges', 'nodes', 'pageInfo', 'totalCount', 'asOfVersion'],
  StandingEdge: ['cursor', 'node'],
  Standing: ['rank', 'score', 'reachedAt', 'member'],
  PageInfo: ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'],
  Prizes: ['bands', 'ties', 'each', 'budget'],
  PrizeBand: ['from', 'to', 'points'],
  Settlement: [
    ...['id', 'state', 'startedAt', 'publishedAt', 'version', 'prizes', 'ranked', 'planned'],
    ...['paid', 'winners'],
  ],
  SettlementWinnersConnection: ['edges', 'pageInfo'],
  SettlementWinnersConnectionEdge: ['cursor', 'node'],
  SettlementWinner: [
    ...['place', 'rank', 'score', 'reachedAt', 'points', 'member', 'team', 'teamName'],
  ],
  Member: [
    ...['id', 'externalId', 'displayName', 'nickname', 'avatarUrl', 'enrolledAt'],
    ...['tier', 'streak'],
  ],
  Tier: ['key', 'name', 'level', 'percent', 'threshold'],
  Streak: ['current', 'longest', 'totalDays', 'state', 'expiresAt', 'checkedInToday'],
};

/** Arguments with which a shared field waits for the caller's own change, or goes on from it. */
const ownArguments: Readonly<Record<string, readonly string[]>> = {
  leaderboard: ['after'],
  challenge: ['after'],
};

const known = new WeakMap<DocumentNode, Map<string, boolean>>();

/**
 * Whether everybody of a program gets the same answer to an operation: each of its fields is one
 * of `sharedFields`. What is found of a document is kept as long as the document is.
 */
export function isShareable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): boolean {
  const name = operationName ?? '';
  const found = known.get(document) ?? new Map<string, boolean>();
  known.set(document, found);
  let shareable = found.get(name);
  if (shareable === undefined) {
    const operation = getOperationAST(document, operationName);
    shareable = operation != null && isShared(schema, document, operation);
    found.set(name, shareable);
  }
  return shareable;
}

/** All fields of the document: those of its other operations decide for this one, too. */
function isShared(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): boolean {
  if (operation.operation === 'mutation') return false;
  const types = new TypeInfo(schema);
  let shared = true;
  visit(
    document,
    visitWithTypeInfo(types, {
      [Kind.FIELD](field) {
        const parent = types.getParentType()?.name ?? '';
        const name = field.name.value;
        const own = ownArguments[name] ?? [];
        const isOwn = (field.arguments ?? []).some((argument) => own.includes(argument.name.value));
        const allowed = name === '__typename' || sharedFields[parent]?.includes(name) === true;
        if (!allowed || isOwn) shared = false;
      },
    }),
  );
  return shared;
}

/** The program whose shared answers a caller may read; undefined for who may read none. */
export function sharedProgramOf(viewer: Viewer): number | undefined {
  if (viewer.kind === 'member') return viewer.programId;
  const mayRead = viewer.kind === 'key' && viewer.role !== 'PARTNER' && hasScope(viewer, 'READ');
  return mayRead ? viewer.programId : undefined;
}

/** On whose behalf shared answers are made: whoever may read the least. */
export const sharedViewer = (programId: number): KnownViewer => ({
  kind: 'key',
  programId,
  keyId: 'shared',
  role: 'SCREEN',
});
