import { z } from 'zod';
import { keyText } from '../engine/inputs.ts';
import type { Prisma, RuleVersion } from '../generated/prisma/client.ts';
import { builder } from '../graphql/builder.ts';
import { type Context, known } from '../graphql/context.ts';
import { rowId } from '../graphql/ids.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';
import { ActorType } from '../graphql/refs.ts';
import type { PrismaClient } from '../platform/db.ts';
import type { RuleKind } from './definition.ts';
import { RuleKindEnum } from './definition-enums.schema.ts';
import { definitionJson } from './definition-json.ts';
import {
  draftOf,
  findRule,
  type RuleRow,
  type RuleVersionState,
  stateOf,
  versionAfter,
  versionAt,
  withVersions,
} from './rule-rows.ts';

const RuleVersionStateEnum = builder.enumType('RuleVersionState', {
  description: 'Where a version of a rule stands.',
  values: {
    DRAFT: { description: 'Not published: it may still change.' },
    SCHEDULED: { description: 'Published, to start later.' },
    IN_FORCE: { description: 'Facts of now are judged by it.' },
    EXHAUSTED: { description: 'In force, but its budget is spent: it pays nothing.' },
    ENDED: { description: 'Only facts of the past are judged by it, if any.' },
  },
});

/** A version with the kind of its rule, which says how its definition is to be read. */
export type VersionShape = RuleVersion & { readonly kind: RuleKind };

/** Versions of a rule as the API shows them. */
export const shownOf = <Version extends RuleVersion | null | undefined>(
  { kind }: RuleRow,
  version: Version,
) => (version === null || version === undefined ? null : { kind, ...version });

export const RuleVersionType = builder.objectRef<VersionShape>('RuleVersion').implement({
  description: 'One version of a rule. Once published it never changes; it only ends.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: '1, 2, 3 …' }),
    state: t.field({
      type: RuleVersionStateEnum,
      description: 'Where it stands.',
      resolve: async (version, _args, { app }) => {
        const state = stateOf(version, app.clock.now());
        const budget = state === 'IN_FORCE' ? budgetOf(version.definition) : null;
        const isSpent = budget !== null && ((await spentOf(app, version.ruleId)) ?? 0) >= budget;
        return isSpent ? 'EXHAUSTED' : state;
      },
    }),
    startsAt: t.expose('startsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'It judges facts that happened from then on; null: a draft.',
    }),
    endsAt: t.expose('endsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'And before then; null: no end. As startsAt: it was withdrawn unused.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was written.' }),
    createdBy: t.expose('createdBy', { type: ActorType, description: 'Who wrote it.' }),
    publishedAt: t.expose('publishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was published; null: a draft.',
    }),
    publishedBy: t.expose('publishedBy', {
      type: ActorType,
      nullable: true,
      description: 'Who published it; null: a draft.',
    }),
    definition: t.field({
      type: 'JSON',
      description:
        'What it says, with all defaults filled in: a RuleDefinitionInput, to be sent as it is.',
      resolve: ({ kind, definition }) => definitionJson(kind, definition),
    }),
  }),
});

export const RuleType = builder.objectRef<RuleRow>('Rule');

builder.node(RuleType, {
  description: 'Something an operator sets. What it says is in its versions. For OPERATOR keys.',
  authScopes: { operator: true },
  id: { resolve: ({ id }) => id, description: 'Opaque global id.' },
  loadOne: async (id, { app, viewer }) =>
    viewer.kind === 'anonymous'
      ? null
      : app.db.rule.findFirst({
          where: { id: intId(id), programId: viewer.programId },
          include: withVersions,
        }),
  fields: (t) => ({
    kind: t.expose('kind', { type: RuleKindEnum, description: 'What it sets.' }),
    key: t.exposeString('key', { description: 'Its short name, unique among its kind.' }),
    versions: t.field({
      type: [RuleVersionType],
      description: 'All there were, newest first.',
      resolve: ({ kind, versions }) => versions.map((version) => ({ kind, ...version })),
    }),
    current: t.field({
      type: RuleVersionType,
      nullable: true,
      description: 'The version in force; null: none is.',
      resolve: (rule, _args, { app }) => shownOf(rule, versionAt(rule, app.clock.now())),
    }),
    scheduled: t.field({
      type: RuleVersionType,
      nullable: true,
      description: 'The next version to start; null: none is scheduled.',
      resolve: (rule, _args, { app }) => shownOf(rule, versionAfter(rule, app.clock.now())),
    }),
    draft: t.field({
      type: RuleVersionType,
      nullable: true,
      description: 'What the next publishRule publishes; null: there is no draft.',
      resolve: (rule) => shownOf(rule, draftOf(rule)),
    }),
    budget: t.field({
      type: 'SafeInt',
      nullable: true,
      description: 'Points it may pay in all, by the version in force; null: no limit.',
      resolve: (rule, _args, { app }) => budgetOf(versionAt(rule, app.clock.now())?.definition),
    }),
    spent: t.field({
      type: 'SafeInt',
      nullable: true,
      description: 'Points of the budget that are paid out; null: it never had one.',
      resolve: ({ id }, _args, { app }) => spentOf(app, id),
    }),
  }),
});

/** Points of a rule's budget that are paid out; Prisma asks for those of a page at once. */
const spentOf = async ({ db }: Context['app'], ruleId: number) =>
  (await db.ruleBudget.findUnique({ where: { ruleId } }))?.spent ?? null;

/** Larger ids than the column holds name no rule. */
const intId = (id: string) => Math.min(rowId(id), 2_147_483_647);

function budgetOf(definition: unknown): number | null {
  const parsed = z.object({ budget: z.number() }).safeParse(definition);
  return parsed.success ? parsed.data.budget : null;
}

/** Rules with a version in a state. */
function withState(
  state: RuleVersionState | 'EXHAUSTED',
  now: Date,
  startsAt: PrismaClient['ruleVersion']['fields']['startsAt'],
): Prisma.RuleWhereInput {
  // What ends as it starts was withdrawn.
  const endsLater = { OR: [{ endsAt: null }, { endsAt: { gt: startsAt } }] };
  const scheduled = { startsAt: { gt: now }, ...endsLater };
  const inForce = { startsAt: { lte: now }, OR: [{ endsAt: null }, { endsAt: { gt: now } }] };
  switch (state) {
    case 'DRAFT':
      return { versions: { some: { startsAt: null } } };
    case 'SCHEDULED':
      return { versions: { some: scheduled } };
    case 'IN_FORCE':
    case 'EXHAUSTED': // Whether a budget is spent, no index knows: these are few.
      return { versions: { some: inForce } };
    case 'ENDED':
      return {
        versions: { some: { startsAt: { not: null } }, none: { OR: [scheduled, inForce] } },
      };
  }
}

const ruleCursor = cursorCodec('rules', z.number().int().positive().max(2_147_483_647));

builder.queryField('rules', (t) =>
  t.connection(
    {
      type: RuleType,
      description: 'The program’s rules, oldest first. For OPERATOR keys.',
      authScopes: { operator: true },
      args: {
        kind: t.arg({ type: RuleKindEnum, description: 'Only of this kind.' }),
        state: t.arg({
          type: RuleVersionStateEnum,
          description:
            'Only with a version in this state (EXHAUSTED finds all in force, as IN_FORCE does); ' +
            'ENDED: with none in force, and none to come.',
        }),
      },
      resolve: (_root, { kind, state, ...args }, { app, viewer }) =>
        pageOf(
          args,
          ruleCursor,
          ({ before, after, limit, inverted }): Promise<RuleRow[]> =>
            app.db.rule.findMany({
              where: {
                programId: known(viewer).programId,
                id: {
                  ...(after !== undefined && { gt: after }),
                  ...(before !== undefined && { lt: before }),
                },
                ...(kind !== null && kind !== undefined && { kind }),
                ...(state !== null &&
                  state !== undefined &&
                  withState(state, app.clock.now(), app.db.ruleVersion.fields.startsAt)),
              },
              orderBy: { id: inverted ? 'desc' : 'asc' },
              take: limit,
              include: withVersions,
            }),
          ({ id }) => id,
        ),
    },
    { description: 'A page of rules.' },
    { description: 'A rule in a page.' },
  ),
);

builder.queryField('rule', (t) =>
  t.field({
    type: RuleType,
    nullable: true,
    description: 'A rule by name; null when the program has none such. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      kind: t.arg({ type: RuleKindEnum, required: true, description: 'Its kind.' }),
      key: t.arg.string({ required: true, description: 'Its short name.' }),
    },
    resolve: (_root, { kind, key }, { app, viewer }) =>
      // No rule has a key that is none; the database refuses some of them.
      keyText.safeParse(key).success
        ? findRule(app.db, { programId: known(viewer).programId, kind, key })
        : null,
  }),
);
