import { z } from 'zod';
import { keyText } from '../engine/inputs.ts';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';
import { ActorType, RuleKindEnum } from '../graphql/refs.ts';
import { type RuleKind, ruleKinds } from '../rules/definition.ts';
import { auditJson } from '../rules/definition-json.ts';
import { ruleName } from '../rules/versioned.ts';
import './actor.schema.ts';

const AuditEntryType = builder.prismaObject('AuditEntry', {
  description: 'Who changed what: settings of the program, or points by hand.',
  fields: (t) => ({
    actor: t.expose('actor', { type: ActorType, description: 'Who.' }),
    action: t.exposeString('action', { description: 'What they did: publishRule.' }),
    target: t.exposeString('target', {
      description:
        'To what: earning:purchase for a rule, adjustment:12, leaderboard:weekly, the id of an API key.',
    }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What there was; null: nothing.',
      select: { target: true, before: true },
      resolve: ({ target, before }) => auditJson(target, before),
    }),
    after: t.field({
      type: 'JSON',
      description: 'What there is since.',
      select: { target: true, after: true },
      resolve: ({ target, after }) => auditJson(target, after),
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
  }),
});

/** Rules by the names that rows have for them. */
function targetOf(kind: RuleKind | undefined, key: string | undefined) {
  // No rule has a key that is none; the database refuses some of them.
  if (key !== undefined && !keyText.safeParse(key).success) return { target: { in: [] } };
  const kinds = kind === undefined ? ruleKinds : [kind];
  if (key !== undefined) return { target: { in: kinds.map((one) => ruleName(one, key)) } };
  return kind === undefined ? {} : { target: { startsWith: ruleName(kind, '') } };
}

const auditCursor = cursorCodec('audit', z.number().int().positive());

builder.queryField('audit', (t) =>
  t.connection(
    {
      type: AuditEntryType,
      description:
        'Every change of the program’s settings, and every adjustment that needed a second person ' +
        '(its request and its decision), newest first. For OPERATOR keys.',
      authScopes: { operator: true },
      args: {
        kind: t.arg({ type: RuleKindEnum, description: 'Only of rules of this kind.' }),
        key: t.arg.string({ description: 'Only of rules with this key.' }),
        actor: t.arg.string({ description: 'Only by this API key (its id), or by `system` …' }),
      },
      resolve: (_root, { kind, key, actor, ...args }, { app, viewer }) =>
        pageOf(
          args,
          auditCursor,
          ({ before, after, limit, inverted }) =>
            app.db.auditEntry.findMany({
              where: {
                programId: known(viewer).programId,
                ...targetOf(kind ?? undefined, key ?? undefined),
                ...(typeof actor === 'string' && { actor: { in: [actor, `key:${actor}`] } }),
                id: {
                  ...(after !== undefined && { lt: BigInt(after) }),
                  ...(before !== undefined && { gt: BigInt(before) }),
                },
              },
              orderBy: { id: inverted ? 'asc' : 'desc' },
              take: limit,
            }),
          ({ id }) => Number(id),
        ),
    },
    { description: 'A page of changes.' },
    { description: 'A change in a page.' },
  ),
);
