/** Types that several domains extend or return; each is described in the schema of its own domain. */
import type { EntryRow, MemberState } from '../engine/rows.ts';
import type { SeasonRow } from '../leaderboards/seasons.sql.ts';
import type { Standing } from '../leaderboards/standings.ts';
import type { EntrySummary } from '../points/ledger.ts';
import { builder } from './builder.ts';

export const MemberType = builder.objectRef<MemberState>('Member');

export const RuleKindEnum = builder.enumType('RuleKind', {
  description: 'What a rule sets.',
  values: {
    EARNING: { description: 'What an activity, a check-in or an enrolment pays.' },
    CAMPAIGN: { description: 'A multiplier of what other rules pay, for some time.' },
    CHECK_IN_PLAN: { description: 'What check-ins pay; every program has one.' },
    TIERS: { description: 'The tiers of the program; one rule at most.' },
    POINTS_POLICY: { description: 'What holds for all points; one rule at most.' },
  },
});

/** Who did something, as rows name them: `key:<id>`, `system`. */
export const ActorType = builder.objectRef<string>('Actor');

/** One credit of a command, as the outcome summarises it. */
export const AwardType = builder.objectRef<EntrySummary>('Award');

export const SeasonType = builder.objectRef<SeasonRow>('Season');
export const StandingType = builder.objectRef<Standing>('Standing');

export type LedgerEntryShape = Omit<EntryRow, 'hash'>;

/** How callers name a member. */
export const MemberByInput = builder.inputType('MemberBy', {
  description: 'Names a member in one of two ways.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id of the member.' }),
    externalId: t.string({ description: 'The program’s own id for the member.' }),
  }),
});
