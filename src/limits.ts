/**
 * Every bound in the service, with its unit and why. Names go from the noun to the unit.
 * A limit that a caller can meet is also published in `docs/limits.md`.
 */
const SECOND = 1000;

export const limits = {
  // Engine.
  engineBatchCommandsMax: 500, // Keeps one transaction well under 100 ms.
  engineShareCommandsMin: 16, // A crowd smaller than twice this is one batch.
  engineBatchesInFlightMax: 3, // One is deciding while others are written and committed.
  engineQueueCommandsMax: 10_000, // A full queue answers SERVICE_UNAVAILABLE; it never grows.
  engineCommandWaitMs: 2 * SECOND, // A command that could not start by then is told so.
  engineSweepMs: 250,
  // Asking how a COMMIT ended whose answer was lost: with the wait before it, below 5 s.
  commitStatusMs: SECOND,
  engineAttemptsMax: 5, // Of a batch that meets a conflict.
  engineBackoffMs: 15, // Doubled with each attempt, with full jitter.

  // Database.
  poolConnectionsMax: 16,
  // Waiting and running together stay below the 5 s in which every request is answered.
  connectMs: 2 * SECOND,
  migrateConnectMs: 5 * SECOND, // At the start nobody waits for an answer yet.
  statementMs: 2 * SECOND,
  queryMs: 2_500, // Client side: a frozen server sends nothing, not even a timeout.
  lockMs: 1_500,
  readsTogetherMax: 4, // On one connection: one that is slow holds up the others behind it.
  idleInTransactionMs: 10 * SECOND,

  // Input.
  activityAttributesMax: 20,
  memberTagsMax: 50,
  holdMs: 366 * 24 * 3600 * SECOND,
  pointsMax: Number.MAX_SAFE_INTEGER, // 2^53 − 1: exact in JSON, JavaScript and bigint.
  idempotencyKeyCharactersMax: 255,
  externalIdCharactersMax: 128,
  textCharactersMax: 500,
  nicknameCharactersMax: 40, // One line of a board.
  redemptionQuantityMax: 100,
  rewardCodesMax: 1_000, // Of one import or withdrawal: well within a statement's time.
  rewardCodesWithdrawnMax: 10_000, // When all are withdrawn; more take another call.
  rewardCodeCharactersMin: 4, // Shorter ones are guessed.
  latenessHoursMax: 8_760, // A year: what is older is an import.
  futureToleranceMs: 5 * 60 * SECOND, // Clocks of devices differ (S6).
  taskPeriodsPastMax: 10,
  taskKeepersMax: 10_000, // Members of earlier versions that a warning counts.
  taskSettleAloneMs: 10 * SECOND, // What failed in company is tried alone for so long a round.
  programTasksMax: 200, // In force at once: each fact is held against all of its trigger.
  programBadgesMax: 200, // In force at once: each fact is held against all it may earn.
  badgeSweepMembersMax: 200, // Looked at in one statement, which may read all of their lines.
  badgeFinishersMax: 5_000, // Of a challenge, awarded in one transaction.
  badgeAwardsMax: 5_000, // Written in one statement.
  programLeaderboardsMax: 100, // In use at once: each event is held against all of them.
  leaderboardFilterKeysMax: 50,
  programChallengesMax: 200, // Not over yet: as of boards.
  challengeCapacityMax: 10_000_000,
  challengeAttemptsMax: 100_000, // Of one participant.
  entryFeeMax: 90_071_992_547_409, // As of the price of a reward.
  teamSizeMax: 1_000, // A team's score is counted anew with each change.
  teamNameCharactersMax: 40, // One line of a board.
  inviteCodeCharactersMax: 64,
  challengeLateFactsMs: 31 * 24 * 3600 * SECOND, // So long facts are noted beside a frozen one.
  settleDelayMinutesMax: 366 * 24 * 60,
  prizeBandsMax: 100,
  prizePlacesMax: 10_000,
  rulePastToleranceMs: 5 * SECOND, // An operator’s “now” is a little old when it arrives.
  quoteDraftsMax: 20, // Each is a read.
  ruleNamesShownMax: 20, // Of a kind, to somebody who mistyped one.

  // API documents.
  documentCharactersMax: 20_000,
  documentTokensMax: 1_000,
  documentDepthMax: 10,
  documentAliasesMax: 30,
  documentDirectivesMax: 20,
  selectionsPerSetMax: 100,
  documentRowsMax: 10_000, // Objects that the answer may hold, pages multiplied by pages.
  unpagedListRows: 10, // What a list without a page size counts as: boards, awards.
  commandCost: 10, // Of a mutation's root field, beside the objects of its answer.
  documentCostsKept: 200, // Of one operation, by the page sizes that its variables asked for.
  // Parsed documents are kept, for all callers together: up to 500 bytes a token, 60 MB in all.
  documentCacheCharactersMax: 250_000,
  documentCacheDocumentsMax: 500,
  // Answers that are the same for all of a program, by the text of the request.
  sharedAnswersMax: 500,
  sharedAnswersBytesMax: 16_000_000,
  memberCardsMax: 20_000, // Of members on boards, some 1 KB each.
  memberCardMs: 10 * SECOND, // For changes that no message tells of.
  pageSizeDefault: 20,
  pageSizeMax: 100,
  errorsMax: 5,
  errorCharactersMax: 200,
  echoCharactersMax: 64, // Of a request in an error: a name.
  loaderKeysMax: 1_000, // Of one read for many callers.
  positionWaitMs: 3 * SECOND, // How long a read waits for the projection it asked for.

  // Persisted operations.
  manifestCharactersMax: 5_000_000, // Stored within one transaction’s time.
  manifestOperationsMax: 1_000, // Of one push.
  manifestProblemsShownMax: 100,
  programClientsMax: 100,
  programOperationsMax: 5_000, // Not retired; all are held in memory …
  programOperationsCharactersMax: 10_000_000, // … and read in one statement.
  operationsCacheCharactersMax: 50_000_000, // In memory on a node, of all programs.
  operationsCheckMs: SECOND, // So often a program in use is looked at for changes.
  operationsOldMs: 4 * SECOND, // A program that was not in use for so long is read first.
  operationsRetiredKeptMs: 30 * 24 * 3600 * SECOND, // So long a retired id is told so.
  operationsRetiredMax: 500, // In one call.
  adHocDocumentsLoggedMax: 1_000, // Told apart on a node; each is logged once.

  // Transport.
  bodyBytesMax: 100_000,
  urlCharactersMax: 32_000,
  socketFrameBytesMax: 100_000,
  socketsPerKeyMax: 1_000,
  streamsPerKeyMax: 1_000, // Event streams, as sockets.
  streamsPerMemberMax: 100, // Tabs and devices of one person.
  socketOperationsMax: 100, // Live operations on one socket.
  socketOperationsPerSecondMax: 100,
  socketInitMs: 5 * SECOND,
  socketPingMs: 12 * SECOND,
  socketBufferedBytesMax: 1_000_000, // Above it a socket that does not drain is cut.
  stalledStreamMs: 30 * SECOND, // A stream that takes nothing for so long is cut.
  socketCloseMs: 2 * SECOND, // Who has not answered our goodbye by then is cut.
  shutdownMs: 10 * SECOND,

  // Rate limits: units (objects of answers) that come back each second, and that may be spent at
  // once. Keys of a program's own are only kept from harming others; people and partners are human.
  rateOperatorPerSecond: 100_000,
  rateOperatorBurst: 1_000_000,
  rateServicePerSecond: 500_000, // Ten times what two cores serve.
  rateServiceBurst: 2_000_000,
  ratePartnerPerSecond: 2_000, // Some 100 commands.
  ratePartnerBurst: 20_000,
  rateScreenPerSecond: 2_000,
  rateScreenBurst: 20_000,
  rateMemberPerSecond: 500, // Five pages.
  rateMemberBurst: 20_000, // Twice what one operation may read.
  ratePerSecondMax: 10_000_000,
  rateBurstMax: 100_000_000,
  rateSpendersMax: 50_000, // In memory on a node; who comes least often starts anew.
  rateChunkShare: 64, // So small a part of the burst a node borrows ahead …
  rateLifeShare: 16, // … for so small a part of the time in which the bucket fills …
  rateLifeMsMin: 200, // … but longer than an answer takes.
  rateAnswerMs: 100, // Redis answers by then, or a node goes by itself.
  rateWaitMs: 250, // A caller waits no longer for others who ask for the same.
  ratePauseMs: SECOND, // So long a Redis that failed is left alone.
  rateSettingsMs: 2 * SECOND, // So often a program in use is looked at for changed limits.
  rateSettingsOldMs: 4 * SECOND, // One that was not in use for so long is read first.
  rateProgramsMax: 10_000, // Whose settings a node knows.

  // Live.
  boardThrottleMs: 100, // At most one version of a board in this time.
  boardWindowRowsMax: 100,
  aroundRadiusMax: 50,
  liveLingerMs: 10 * SECOND, // What a board’s last watcher leaves is kept for their return.
  liveDeltasKept: 10, // Of a document; who misses more gets the whole window.
  liveShareAtOnce: 250, // Subscribers served before others get their turn.
  liveRetryMs: 50, // When somebody could not take the newest state.
  liveBufferedBytesMax: 65_536, // A subscriber’s connection with more is served later.
  liveRecheckMs: 2 * SECOND, // Watched boards and members are re-read, were every wake-up lost.

  // Standings.
  seasonParts: 512, // A rank counts a part of a season at most: 2,000 of a million.
  seasonPartMin: 64, // Smaller parts are counted as fast.
  seasonMarksMax: 1_200, // Between the parts; above it small ones are joined.
  seasonMarksKept: 200_000, // In memory on a node, of all seasons: some 20 MB.
  seasonChangesKept: 1_200, // Versions: two minutes of a season that is never still.
  standingsAnswerMs: 100, // Redis answers by then, or the database does.
  standingsPauseMs: SECOND, // So long a Redis that failed is left alone.
  standingsOwnMax: 250, // Ranks in one script: 2 ms of Redis at most.
  standingsOwnScriptsMax: 4, // Of those under way: Redis is never without work.
  standingsFillMax: 500, // Rows in one script: 5 ms of Redis.
  standingsCopyMs: 2 * SECOND, // Of a script that copies: nobody waits for it.
  standingsAdvanceRowsMax: 5_000, // More changes are copied anew, beside what is read.
  standingsVersionsMax: 100, // Of which changes are read at once: some 200,000 rows at most.
  standingsPageRows: 5_000, // Of a copy, in one statement.
  standingsLockMs: 10 * SECOND, // A node that dies copying is replaced after it.
  standingsDraftMs: 60 * SECOND, // What a dead node had copied is gone after it.
  standingsRetryMs: 500, // A copy that somebody else makes, or that failed, is looked at again.
  standingsCopiesMax: 2, // At once on a node.
  standingsKeptMs: 1_800 * SECOND, // A season nobody reads leaves Redis.

  // Projections.
  projectionEventsMax: 2_000, // Per transaction.
  projectionPollMs: SECOND, // A killed owner is replaced within two of these.
  projectionRetryMs: 20, // Events committed but still behind an older transaction …
  projectionRetryMsMax: 500, // … doubled up to this while it stays open.
  verifyBoardsMs: 30 * SECOND, // So long verify waits for boards that lag behind.
  projectionLateMs: 5 * SECOND, // An event that waits longer is worth a warning.

  // Housekeeping.
  jobMembersMax: 500, // At once …
  jobRoundsMax: 100, // … and so many times in a row, when a year’s points expire.
  startTeamsMax: 5_000, // Whose rosters one statement counts, when a challenge begins.
  settlementRowsMax: 10_000, // Winners, or payouts, of one transaction: a tenth of a second.
  settlementCountMax: 50_000, // At a target, counted by one statement: a fifth of a second.
  settlementTeamsMax: 100, // Whose members are read together.
  jobStartMs: 5 * SECOND, // After its start a node answers first, then does what is overdue.
  jobRestartMs: 5 * SECOND, // A job runner that was cut off is replaced.
  jobTurnMs: 5 * SECOND, // Longer work lets other jobs of its node have their turn.

  programCacheMs: SECOND, // Reads see a changed time zone within it.

  // Authentication.
  // A revoked key starts nothing new after it, on every node; with the check of rights below 5 s.
  authCacheMs: 3_500,
  authCacheEntriesMax: 10_000,
  rightsCheckMs: SECOND, // Sockets and streams end so much later, at most.
  rightsCheckedTogether: 16, // Reads of keys that go out at once: a thousand keys take one round.
  tokenSkewSeconds: 30,
  tokenAudiencesMax: 20, // Identity providers name some themselves.
  jwksFetchMs: 2 * SECOND,
  jwksBytesMax: 100_000,
  jwksKeysMax: 100,
  jwksRetryMs: 30 * SECOND, // A provider is asked so often at most, whatever callers send.
  jwksRefreshMs: 240 * SECOND, // Keys that old are fetched anew while they go on being used …
  jwksOldMs: 300 * SECOND, // … and before anybody is judged by them.
  jwksKeptMs: 4 * 3600 * SECOND, // Known keys serve so long while the provider does not answer.
  jwksSetsMax: 1_000, // Programs whose keys a node holds.
  providerCheckMs: SECOND, // With the check of rights and a fetch below 5 s.
  programApiKeysMax: 500, // That still work.
  apiKeyOverlapMs: 24 * 3600 * SECOND, // So long a rotated key works beside its successor …
  apiKeyOverlapMsMax: 90 * 24 * 3600 * SECOND, // … and so long at most.
  apiKeyUsedMs: 3600 * SECOND, // One write for each key in this time.
} as const;
