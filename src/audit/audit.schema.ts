import { z } from 'zod';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';

const AuditEntryType = builder.prismaObject('AuditEntry', {
  description: 'Who changed what in the program’s settings.',
  fields: (t) => ({
    actor: t.exposeString('actor', { description: 'Who: key:<id> for an API key.' }),
    action: t.exposeString('action', { description: 'What they did: publishRule.' }),
    target: t.exposeString('target', { description: 'To what: earning:purchase for a rule.' }),
    before: t.expose('before', {
      type: 'JSON',
      nullable: true,
      description: 'What there was; null: nothing.',
    }),
    after: t.expose('after', { type: 'JSON', description: 'What there is since.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
  }),
});

const auditCursor = cursorCodec('audit', z.number().int().positive());

builder.queryField('audit', (t) =>
  t.connection(
    {
      type: AuditEntryType,
      description: 'Every change of the program’s settings, newest first. For OPERATOR keys.',
      authScopes: { operator: true },
      resolve: (_root, args, { app, viewer }) =>
        pageOf(
          args,
          auditCursor,
          ({ before, after, limit, inverted }) =>
            app.db.auditEntry.findMany({
              where: {
                programId: known(viewer).programId,
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
