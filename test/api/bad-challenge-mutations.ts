import { badPrizes } from './bad-board-mutations.ts';
import type { Good, Mutation } from './bad-reward-mutations.ts';
import {
  badExact,
  badIdempotencyKeys,
  badIds,
  badInstants,
  badInts,
  badKeys,
  badNicknames,
  badPositives,
  badQuantities,
  badShortTexts,
} from './bad-values.ts';

const HOUR = 3_600_000;
const ahead = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();
const noEnums = ['NOPE', 1, {}, []];
const past = '2000-01-01T00:00:00Z';
const rules = { sizeMax: 5 };

/** Wrong values of what both createChallenge and updateChallenge take. */
const badSettings = {
  description: badShortTexts.filter((text) => text !== ''),
  kind: [...noEnums, 'TEAM'], // Without rules for teams.
  activityType: [...badKeys, 'run'], // CHECK_INS counts none.
  rankMode: noEnums,
  joinFrom: [...badInstants, '2099-01-01T00:00:00Z'],
  joinUntil: [...badInstants, past, '2099-01-01T00:00:00Z'],
  settleDelayMinutes: [...badInts, -1, 527_041],
  goal: [...noEnums, 'FIRST_TO_TARGET'], // Without a target.
  target: [...badExact, 1], // Of a RANKING.
  audience: [...['x', 1, {}, { nope: 1 }, { tiers: [] }], { tiers: ['gold'] }],
  capacity: [...badInts, 0, -1, 10_000_001],
  minimum: [...badInts, -1, 10_000_001],
  tooFew: noEnums,
  entryFee: [...badQuantities, 90_071_992_547_410],
  attemptsMax: [...badInts, 0, -1, 100_001, 1], // CHECK_INS counts none.
  attemptOperator: [...noEnums, 'BEST'],
  prizes: badPrizes,
  teamRules: [
    ...['x', 1, {}, rules, { sizeMax: null }], // It is INDIVIDUAL.
    ...[...badInts, 0, 1_001].map((sizeMax) => ({ sizeMax })),
    ...[...badInts, 0].map((top) => ({ ...rules, scoring: 'TOP_N', top })),
    ...badPositives.map((memberCap) => ({ ...rules, scoring: 'CAPPED_SUM', memberCap })),
    ...noEnums.flatMap((one) => [
      { ...rules, scoring: one },
      { ...rules, prizeSplit: one },
    ]),
  ],
};

/** Mutations of challenges; the one there is counts check-ins, and ada is in it. */
export const badChallengeMutations = (good: Good): Record<string, Mutation> => {
  const challengeId = [...badIds('Challenge'), null];
  const about = () => ({ challengeId: good.challenge, member: { id: good.member } });
  const idempotencyKey = badIdempotencyKeys;
  return {
    createChallenge: {
      input: () => ({
        ...{ title: 'New', metric: 'CHECK_INS', startsAt: ahead(1), endsAt: ahead(2) },
      }),
      bad: {
        ...badSettings,
        title: [...badShortTexts, null],
        metric: [...noEnums, null, 'ACTIVITY_COUNT'],
        startsAt: [...badInstants, null, past, '2099-01-01T00:00:00Z'],
        endsAt: [...badInstants, null, past],
      },
    },
    updateChallenge: {
      input: () => ({ challengeId: good.challenge }),
      bad: {
        ...badSettings,
        challengeId,
        title: badShortTexts,
        metric: [...noEnums, 'STREAK'], // Somebody has joined.
        startsAt: [...badInstants, past, ahead(2)],
        endsAt: [...badInstants, past, ahead(3)],
      },
    },
    cancelChallenge: {
      input: () => ({ challengeId: good.challenge, reason: 'x' }),
      bad: { challengeId, reason: [...badShortTexts, null] },
    },
    endChallenge: {
      input: () => ({ challengeId: good.challenge }),
      bad: { challengeId, reason: badShortTexts },
    },
    joinChallenge: {
      input: about,
      bad: {
        challengeId,
        team: [
          ...['x', 1, {}, { nope: 1 }, { create: {} }, { create: { name: 'A' }, inviteCode: 'B' }],
          ...badNicknames.map((name) => ({ create: { name } })),
          ...['', 'x'.repeat(65), 'ABC', null, 1].map((inviteCode) => ({ inviteCode })),
        ],
        idempotencyKey,
      },
    },
    leaveChallenge: { input: about, bad: { challengeId, idempotencyKey } },
    removeFromTeam: { input: about, bad: { challengeId, idempotencyKey } },
    transferCaptain: {
      input: () => ({ ...about(), to: { id: good.member } }),
      bad: {
        challengeId,
        to: [...badIds('Member').map((id) => ({ id })), {}, null, 'x'],
        idempotencyKey,
      },
    },
    renewInviteCode: { input: about, bad: { challengeId, idempotencyKey } },
    disqualifyParticipant: {
      input: () => ({ ...about(), reason: 'x' }),
      bad: { challengeId, reason: [...badShortTexts, null], idempotencyKey },
    },
    recordAttempt: {
      input: () => ({ ...about(), score: 1 }),
      bad: {
        challengeId,
        score: [...badExact, null],
        occurredAt: badInstants,
        reference: badShortTexts,
        idempotencyKey,
      },
    },
  };
};
