/** Rules and their versions as stored, and what the times of a version mean. */
import type { PrismaClient, Rule, RuleVersion } from '../generated/prisma/client.ts';
import type { RuleKind } from './definition.ts';

/** A rule with all its versions, newest first. */
export type RuleRow = Rule & { readonly versions: readonly RuleVersion[] };

/** A version that has a start: it never changes again, but for its end. */
export type PublishedVersion = RuleVersion & { readonly startsAt: Date };

export type RuleVersionState = 'DRAFT' | 'SCHEDULED' | 'IN_FORCE' | 'ENDED';

/** With it a query answers a `RuleRow`. */
export const withVersions = { versions: { orderBy: { version: 'desc' } } } as const;

/** The rule of this name. */
export const findRule = (
  db: Pick<PrismaClient, 'rule'>,
  name: { readonly programId: number; readonly kind: RuleKind; readonly key: string },
): Promise<RuleRow | null> =>
  db.rule.findUnique({ where: { programId_kind_key: name }, include: withVersions });

export const draftOf = ({ versions }: RuleRow) =>
  versions.find(({ startsAt }) => startsAt === null);

/** The versions that judge facts: not the draft, not what was withdrawn before it started. */
export const judgingVersions = ({ versions }: RuleRow): PublishedVersion[] =>
  versions.filter(
    (version): version is PublishedVersion =>
      version.startsAt !== null && version.startsAt.getTime() < endOf(version),
  );

/** The end of what has none. */
export const FOREVER = new Date(8_640_000_000_000_000);

/** Milliseconds since 1970; an open end is Infinity. */
export const endOf = ({ endsAt }: Pick<RuleVersion, 'endsAt'>) =>
  endsAt?.getTime() ?? Number.POSITIVE_INFINITY;

/** The version that judges facts of this instant. */
export const versionAt = (rule: RuleRow, at: Date) =>
  judgingVersions(rule).find((version) => version.startsAt <= at && at.getTime() < endOf(version));

/** The first version that starts after this instant. */
export const versionAfter = (rule: RuleRow, at: Date) =>
  judgingVersions(rule)
    .filter(({ startsAt }) => startsAt > at)
    .sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime())[0];

/** Where a version stands at an instant. One that was withdrawn has ended as it started. */
export function stateOf(version: RuleVersion, now: Date): RuleVersionState {
  if (version.startsAt === null) return 'DRAFT';
  if (version.startsAt.getTime() === endOf(version)) return 'ENDED';
  if (now < version.startsAt) return 'SCHEDULED';
  return now.getTime() < endOf(version) ? 'IN_FORCE' : 'ENDED';
}
