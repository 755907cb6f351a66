/** What came to a season after it was final: noted beside it, for people to decide upon (S67). */
import { z } from 'zod';
import { builder } from '../graphql/builder.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';
import { MemberType, SeasonType } from '../graphql/refs.ts';
import { assert } from '../platform/assert.ts';
import { type LateFact, listLateFacts } from './late-facts.sql.ts';

const place = z.number().int().positive();
const lateFactCursor = cursorCodec('lateFacts', z.tuple([place, place]));

const LateFactType = builder.objectRef<LateFact>('LateFact').implement({
  description:
    'What facts would have done to a standing of a season that was frozen already. The ranking, and ' +
    'what it won, stay as they are; what to do about it is for people to decide.',
  fields: (t) => ({
    member: t.field({
      type: MemberType,
      description: 'Whose standing.',
      resolve: async ({ memberId }, _args, { loaders }) => {
        const member = await loaders.members.load(memberId);
        assert(member !== undefined, 'a late fact has its member');
        return member;
      },
    }),
    amount: t.expose('amount', {
      type: 'SafeInt',
      description:
        'By how much the score would have changed; of a STREAK, the length it would have reached.',
    }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      description: 'When the changed score would have been reached.',
    }),
    position: t.expose('position', {
      type: 'SafeInt',
      description: 'Position of the event that told of it.',
    }),
  }),
});

builder.objectField(SeasonType, 'lateFacts', (t) =>
  t.connection(
    {
      type: LateFactType,
      description:
        'Facts that came after the season was frozen, in the order they came. For OPERATOR and ' +
        'SERVICE keys.',
      authScopes: { service: true },
      resolve: ({ id }, args, { app }) =>
        pageOf(
          args,
          lateFactCursor,
          (range) => listLateFacts(app.pool, id, range),
          ({ position, memberId }): [number, number] => [position, memberId],
        ),
    },
    { description: 'A page of late facts.' },
    { description: 'A late fact in a page.' },
  ),
);
