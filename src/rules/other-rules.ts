/** What a definition meets when it is published: the program's other rules, and the calendar. */
import type { LocalDate } from '../platform/calendar.ts';
import type { Badge, Campaign, EarningRule, Task, Tiers } from './definition.ts';
import { bothDays, type Days } from './worlds.ts';

/** Another rule's version that judges some of the same instants. */
export type Other<Definition> = {
  readonly key: string;
  readonly definition: Definition;
  /** Milliseconds since 1970; an open end is Infinity. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** Its rule is the older one, and goes first when priorities are equal. */
  readonly isOlder: boolean;
};

/** What else is in force, or scheduled, while the definition is; the rule itself left out. */
export type OtherRules = {
  readonly earning: readonly Other<EarningRule>[];
  readonly campaigns: readonly Other<Campaign>[];
  /** Of each task the newest. */
  readonly tasks: readonly Other<Task>[];
  /** Of each badge the newest. */
  readonly badges: readonly Other<Badge>[];
  /** Leaderboards that are in use, and whether their seasons end. */
  readonly boards: readonly { readonly key: string; readonly ends: boolean }[];
  /** Keys of the boards of challenges that were not cancelled. */
  readonly challenges: readonly string[];
  /** Key of the rule itself. */
  readonly key: string;
  /** Those in force at the start. */
  readonly tiers: Tiers | null;
  /** Changes of the levels while the definition judges: from a local date on there are these. */
  readonly laterTiers: readonly { readonly from: LocalDate; readonly keys: readonly string[] }[];
  /** The program's local date. */
  readonly today: LocalDate;
  /** When the definition judges: instants, and the local dates they are on. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly days: Days;
};

/** The local dates on which a rule can apply. */
export const daysOf = (
  { firstDate, lastDate }: { firstDate?: LocalDate | undefined; lastDate?: LocalDate | undefined },
  { days }: Pick<OtherRules, 'days'>,
): Days => bothDays({ first: firstDate ?? null, last: lastDate ?? null }, days);
