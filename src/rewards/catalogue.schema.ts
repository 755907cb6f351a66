import { z } from 'zod';
import { keyText, shortText } from '../engine/inputs.ts';
import { authorizationError, builder } from '../graphql/builder.ts';
import { type Context, known } from '../graphql/context.ts';
import { fromGlobalId } from '../graphql/ids.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { cursorCodec, type PageRange, pageOf } from '../graphql/paging.ts';
import { MemberByInput, RewardKindEnum } from '../graphql/refs.ts';
import { limits } from '../limits.ts';
import { type MemberBy, memberRefFor, readMember } from '../members/member-access.ts';
import { InputError, parseOrRefuse } from '../platform/refusal.ts';
import { anyOf } from '../rules/shapes.ts';
import { loadCatalogue, loadRewards } from './catalogue.sql.ts';
import type { Reward } from './reward-rows.ts';
import { RewardStateEnum, RewardType } from './rewards.schema.ts';
import { readShopper } from './shopper.ts';
import { rewardTerms } from './terms.ts';

const RewardFilterInput = builder.inputType('RewardFilterInput', {
  description: 'Rewards to which everything given here applies.',
  fields: (t) => ({
    kinds: t.field({ type: [RewardKindEnum], description: 'It is one of these.' }),
    states: t.field({
      type: [RewardStateEnum],
      description: 'It stands at one of these. For OPERATOR keys; others see what is on sale.',
    }),
    tags: t.stringList({ description: 'It has any of these tags: 1 to 20.' }),
    search: t.string({ description: 'Its title holds this text, in any letter case.' }),
    affordable: t.boolean({
      description: 'True: only what costs the member no more than they have available now.',
    }),
    ids: t.idList({ description: `It is one of these: 1 to ${limits.pageSizeMax} global ids.` }),
  }),
});

const filterInput = z.object({
  filter: z.object({
    kinds: anyOf(rewardTerms.shape.kind, 10),
    states: anyOf(rewardTerms.shape.state, 10),
    tags: anyOf(keyText, 20),
    search: shortText.optional().transform((text) => text ?? null),
    affordable: z.boolean().default(false),
    ids: anyOf(z.string(), limits.pageSizeMax).transform(
      (ids) => ids?.map((id) => fromGlobalId('filter.ids', 'Reward', id)) ?? null,
    ),
  }),
});

const rewardCursor = cursorCodec('rewards', z.number().int().positive());

builder.queryField('rewards', (t) =>
  t.connection(
    {
      type: RewardType,
      description:
        'The program’s catalogue, oldest reward first: what is on sale now and the member finds ' +
        'there; what everybody finds, when a SERVICE key names no member. For an OPERATOR key ' +
        'that names none: all rewards there are, of every state.',
      authScopes: { acts: true },
      args: {
        filter: t.arg({ type: RewardFilterInput, description: 'Which of them; all when absent.' }),
        member: t.arg({
          type: MemberByInput,
          description: 'Who looks at it. A member token means its own member.',
        }),
      },
      resolve: async (_root, { filter, member, ...args }, context) => {
        const read = await catalogueOf(context, filter, member);
        return pageOf(args, rewardCursor, read, ({ id }) => Number(id));
      },
    },
    { description: 'A page of rewards.' },
    { description: 'A reward in a page.' },
  ),
);

type Filter = typeof RewardFilterInput.$inferInput;

/** How the pages of a viewer's catalogue are read. */
async function catalogueOf(
  context: Context,
  given: Filter | null | undefined,
  by: MemberBy | null | undefined,
): Promise<(range: PageRange<number>) => Promise<Reward[]>> {
  const { app, loaders } = context;
  const viewer = known(context.viewer);
  const isOperator = viewer.kind === 'key' && viewer.role === 'OPERATOR';
  const { filter } = parseOrRefuse(filterInput, { filter: withoutNulls(given ?? {}) });
  if (filter.states !== null && !isOperator) {
    throw authorizationError(context, 'operator', '`filter.states` is for OPERATOR keys.');
  }
  const isNamed = viewer.kind === 'member' || (by !== null && by !== undefined);
  if (!isNamed && filter.affordable) throw new InputError('filter.affordable', 'needs a member');
  if (!isNamed && isOperator) {
    return (range) => loadRewards(app.pool, viewer.programId, filter, range);
  }
  if (filter.states?.includes('ON_SALE') === false) return () => Promise.resolve([]);
  const member = isNamed ? await readMember(context, await memberRefFor(context, by)) : undefined;
  const shopper = member && (await readShopper(app, loaders, member));
  const at = { shopper, now: app.clock.now() };
  return (range) => loadCatalogue(app.pool, viewer.programId, filter, at, range);
}
