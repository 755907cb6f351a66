import { z } from 'zod';
import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { cursorCodec, pageOf } from '../graphql/paging.ts';
import { ActorType, ClientType } from '../graphql/refs.ts';
import { limits } from '../limits.ts';
import { InputError } from '../platform/refusal.ts';

import './client-types.schema.ts';
import { clientName, listClients } from './clients.ts';
import { showDocumentId } from './document-id.ts';
import { type ListedOperation, listOperations } from './list-operations.ts';

const PersistedOperationKindEnum = builder.enumType('PersistedOperationKind', {
  description: 'What an operation of GraphQL does.',
  values: {
    QUERY: { description: 'It reads.' },
    MUTATION: { description: 'It writes.' },
    SUBSCRIPTION: { description: 'It follows changes.' },
  },
});

const PersistedOperationType = builder.objectRef<ListedOperation>('PersistedOperation').implement({
  description:
    'A document that was registered for a client, which sends its id instead of the text. Its ' +
    'text never changes.',
  fields: (t) => ({
    documentId: t.string({
      description: 'As clients send it: `sha256:` and 64 hex digits, or the client’s own id.',
      resolve: ({ id }) => showDocumentId(id),
    }),
    client: t.expose('client', { type: ClientType, description: 'Whose it is.' }),
    hash: t.exposeString('hash', {
      description: 'SHA-256 of the text, as 64 lower-case hex digits.',
    }),
    text: t.exposeString('text', { description: 'The document, byte for byte as registered.' }),
    operationName: t.string({
      nullable: true,
      description: 'Which operation of the document it is; null: it has no name.',
      resolve: ({ name }) => name,
    }),
    kind: t.expose('kind', { type: PersistedOperationKindEnum, description: 'What it does.' }),
    cost: t.exposeInt('cost', {
      description: 'Objects that its answer may hold, as counted when it was registered.',
    }),
    registeredAt: t.expose('registeredAt', { type: 'DateTime', description: 'When.' }),
    registeredBy: t.expose('registeredBy', { type: ActorType, description: 'By whom.' }),
    retiresAt: t.expose('retiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'It works until then; null: it is not retired.',
    }),
  }),
});

const place = z.tuple([z.number().int().positive(), z.string().max(200)]);
const operationsCursor = cursorCodec('operations', place);

function nameOf(client: string | null | undefined): string | undefined {
  if (client == null) return undefined;
  const parsed = clientName.safeParse(client);
  if (parsed.success) return parsed.data;
  throw new InputError('client', parsed.error.issues[0]?.message ?? 'is not valid');
}

builder.queryFields((t) => ({
  operations: t.connection(
    {
      type: PersistedOperationType,
      description:
        'What clients have registered, retired operations among them, by client and id. For ' +
        'OPERATOR keys.',
      authScopes: { operator: true },
      args: {
        client: t.arg.string({ description: 'Only of this client.' }),
        retired: t.arg.boolean({
          description: 'True: only those that have retired; false: only those that have not.',
        }),
      },
      resolve: (_root, { client, retired, ...args }, { app, viewer }) => {
        const { programId } = known(viewer);
        const name = nameOf(client);
        const filter = { programId, client: name, retired: retired ?? undefined };
        return pageOf(
          args,
          operationsCursor,
          (range) => listOperations(app.db, filter, app.clock.now(), range),
          ({ clientId, id }): [number, string] => [clientId, id],
        );
      },
    },
    { description: 'A page of operations.' },
    { description: 'An operation in a page.' },
  ),
  clients: t.field({
    type: [ClientType],
    description: `The clients of the program by name, at most ${limits.programClientsMax}. For OPERATOR keys.`,
    authScopes: { operator: true },
    resolve: (_root, _args, { app, viewer }) => listClients(app.db, known(viewer).programId),
  }),
}));
