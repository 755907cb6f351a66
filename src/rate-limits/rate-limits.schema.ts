import { Kind } from 'graphql';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { costOf } from '../graphql/document-cost.ts';
import type { RateState } from './rate-limits.ts';

type Shown = RateState & { readonly cost: number; readonly resetAt: Date };

const RateLimitType = builder.objectRef<Shown>('RateLimit').implement({
  description:
    'What the caller may still spend. An operation costs the objects that its answer may hold, ' +
    'and 10 for each command; 1 at least. What is spent comes back evenly.',
  fields: (t) => ({
    limit: t.exposeInt('limit', {
      description: 'Units that may be spent at once when nothing was spent for a while.',
    }),
    cost: t.exposeInt('cost', { description: 'Units that this operation costs.' }),
    remaining: t.exposeInt('remaining', {
      description:
        'Units that are left after this operation, as far as this node knows: what others spent ' +
        'on other nodes within the last moment may be missing.',
    }),
    resetAt: t.expose('resetAt', {
      type: 'DateTime',
      description: 'When all of it will have come back, if nothing else is spent until then.',
    }),
  }),
});

builder.queryField('rateLimit', (t) =>
  t.field({
    type: RateLimitType,
    description: 'What the caller may still spend, and what this very operation costs.',
    authScopes: { known: true },
    resolve: async (_root, _args, { app, viewer }, info) => {
      const { schema, operation, fragments, variableValues } = info;
      const document = {
        kind: Kind.DOCUMENT,
        definitions: [operation, ...Object.values(fragments)],
      } as const;
      const state = await app.rateLimits.state(known(viewer));
      return {
        limit: state.limit,
        remaining: Math.max(0, state.remaining),
        resetMs: state.resetMs,
        cost: costOf(schema, document, operation, variableValues).units,
        resetAt: new Date(app.clock.now().getTime() + Math.ceil(state.resetMs)),
      };
    },
  }),
);
