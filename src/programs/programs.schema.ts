import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import type { ProgramShape } from './programs.sql.ts';

const ProgramType = builder.objectRef<ProgramShape>('Program').implement({
  description: 'The program that the credential belongs to.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Its short name.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    zone: t.expose('zone', {
      type: 'TimeZone',
      description: 'The zone in which its days, weeks and months are counted.',
    }),
    dayStartMinutes: t.exposeInt('dayStartMinutes', {
      description: 'Minutes after local midnight at which its days begin.',
    }),
  }),
});

builder.queryField('program', (t) =>
  t.field({
    type: ProgramType,
    description: 'The program that the credential belongs to.',
    authScopes: { known: true },
    resolve: (_root, _args, { app, viewer }) => app.programs.find(known(viewer).programId),
  }),
);
