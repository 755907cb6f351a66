import { decodeGlobalID } from '@pothos/plugin-relay';
import { type GraphQLResolveInfo, isInterfaceType } from 'graphql';
import { limits } from '../limits.ts';
import { InputError } from '../platform/refusal.ts';
import { builder } from './builder.ts';

/** Refuses ids that name no type of node, so that loaders meet only those that do. */
function checkGlobalId(field: string, globalId: string, { schema }: GraphQLResolveInfo): string {
  const node = schema.getType('Node');
  const types = isInterfaceType(node) ? schema.getPossibleTypes(node) : [];
  const typename = typenameOf(globalId);
  if (types.some(({ name }) => name === typename)) return globalId;
  throw new InputError(field, 'is not a global id');
}

function typenameOf(globalId: string): string | undefined {
  try {
    return decodeGlobalID(globalId).typename;
  } catch {
    return undefined;
  }
}

// Types of node say `loadWithoutCache`: with its cache, Pothos forgets which type the second of
// two equal ids in one document is.
builder.queryFields((t) => ({
  node: t.node({
    description:
      'Anything that has a global id; null when the program has none such. A member is given to ' +
      'OPERATOR and SERVICE keys, and to themselves; FORBIDDEN otherwise.',
    authScopes: { known: true },
    args: { id: t.arg.id({ required: true, description: 'Global id.' }) },
    id: (_root, { id }, _context, info) => checkGlobalId('id', id, info),
  }),
  nodes: t.nodeList({
    description:
      'Several at once, in the order of their ids, with null for what there is not. A member as by ' +
      '`node`: null, and an error, for who may not read it.',
    authScopes: { known: true },
    args: {
      ids: t.arg.idList({
        required: true,
        description: `Global ids, at most ${limits.pageSizeMax}.`,
      }),
    },
    ids: (_root, { ids }, _context, info) => {
      if (ids.length > limits.pageSizeMax) {
        throw new InputError('ids', `must be at most ${limits.pageSizeMax}`);
      }
      return ids.map((id) => checkGlobalId('ids', id, info));
    },
  }),
}));
