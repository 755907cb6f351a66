import { builder } from '../graphql/builder.ts';
import { known } from '../graphql/context.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { createJudge } from '../graphql/judge.ts';
import { ClientType } from '../graphql/refs.ts';
import { limits } from '../limits.ts';
import { ClientModeEnum } from './client-types.schema.ts';
import type { ClientShape } from './clients.ts';
import { showDocumentId } from './document-id.ts';
import { type Pushed, pushOperations, pushOperationsRefusals } from './push-operations.ts';
import { type Retired, retireOperations, retireOperationsRefusals } from './retire-operations.ts';
import { setClientMode, setClientModeRefusals } from './set-client-mode.ts';

const shown = (ids: readonly string[]) => ids.map(showDocumentId);

const PushPayload = builder.objectRef<Pushed>('PushOperationsPayload').implement({
  description: 'The operations are registered: every node runs them within five seconds.',
  fields: (t) => ({
    client: t.expose('client', { type: ClientType, description: 'Whose they are.' }),
    created: t.exposeBoolean('created', { description: 'True: the push made the client.' }),
    added: t.stringList({
      description: 'Ids that are new.',
      resolve: ({ added }) => shown(added),
    }),
    restored: t.stringList({
      description: 'Ids that had retired, or were to, and are in use again.',
      resolve: ({ restored }) => shown(restored),
    }),
    unchanged: t.exposeInt('unchanged', { description: 'How many were there before.' }),
  }),
});

const RetirePayload = builder.objectRef<Retired>('RetireOperationsPayload').implement({
  description: 'The operations work until the instant given, and then no more.',
  fields: (t) => ({
    client: t.expose('client', { type: ClientType, description: 'Whose they are.' }),
    retired: t.stringList({
      description: 'Ids whose date was set; what had retired already stays as it is.',
      resolve: ({ retired }) => shown(retired),
    }),
    retiresAt: t.expose('retiresAt', { type: 'DateTime', description: 'The instant.' }),
  }),
});

const SetModePayload = builder
  .objectRef<{ readonly client: ClientShape }>('SetClientModePayload')
  .implement({
    description: 'The client is set.',
    fields: (t) => ({
      client: t.expose('client', { type: ClientType, description: 'The client as it is now.' }),
    }),
  });

const clientText = 'Its name: 1 to 64 letters, digits, ".", "_" or "-".';

const PushInput = builder.inputType('PushOperationsInput', {
  description: 'Input of pushOperations.',
  fields: (t) => ({
    client: t.string({ required: true, description: `${clientText} Made when there is none.` }),
    manifest: t.string({
      required: true,
      description:
        'The content of the manifest that the client’s tool wrote: Relay, Apollo, graphql-codegen ' +
        'or gql.tada. Larger ones than a request takes: `npx tallymark operations push`.',
    }),
  }),
});

const RetireInput = builder.inputType('RetireOperationsInput', {
  description: 'Input of retireOperations.',
  fields: (t) => ({
    client: t.string({ required: true, description: clientText }),
    documentIds: t.stringList({
      required: true,
      description: `Which, 1 to ${limits.operationsRetiredMax}.`,
    }),
    at: t.field({ type: 'DateTime', description: 'From when on; now when absent.' }),
  }),
});

const SetModeInput = builder.inputType('SetClientModeInput', {
  description: 'Input of setClientMode.',
  fields: (t) => ({
    client: t.string({ required: true, description: clientText }),
    mode: t.field({ type: ClientModeEnum, required: true, description: 'What it may run.' }),
    costMax: t.int({
      description:
        'The most objects that the answer to one of its operations may hold, 1 to ' +
        `${limits.documentRowsMax}; stays when absent. Null: the bound of all documents.`,
    }),
  }),
});

builder.mutationFields((t) => ({
  pushOperations: t.field({
    type: PushPayload,
    nullable: true,
    description:
      'Registers the operations of a manifest for a client: all of them or, when anything is wrong, ' +
      'none. What it registered before stays. For OPERATOR keys.',
    authScopes: { operator: true },
    args: { input: t.arg({ type: PushInput, required: true, description: 'What to register.' }) },
    errors: {
      types: pushOperationsRefusals,
      union: { name: 'PushOperationsResult', description: 'What pushOperations answers.' },
    },
    resolve: (_root, { input }, { app, viewer }, { schema }) =>
      pushOperations(app, known(viewer), createJudge(schema), input),
  }),
  retireOperations: t.field({
    type: RetirePayload,
    nullable: true,
    description:
      'Ends operations of a client, now or at an instant; a push brings them back. For OPERATOR keys.',
    authScopes: { operator: true },
    args: { input: t.arg({ type: RetireInput, required: true, description: 'Which, and when.' }) },
    errors: {
      types: retireOperationsRefusals,
      union: { name: 'RetireOperationsResult', description: 'What retireOperations answers.' },
    },
    resolve: (_root, { input }, { app, viewer }) =>
      retireOperations(app, known(viewer), withoutNulls(input)),
  }),
  setClientMode: t.field({
    type: SetModePayload,
    nullable: true,
    description:
      'Says what the callers of a client may run, on every node within five seconds. For OPERATOR keys.',
    authScopes: { operator: true },
    args: { input: t.arg({ type: SetModeInput, required: true, description: 'What to set.' }) },
    errors: {
      types: setClientModeRefusals,
      union: { name: 'SetClientModeResult', description: 'What setClientMode answers.' },
    },
    resolve: async (_root, { input }, { app, viewer }) => ({
      client: await setClientMode(app, known(viewer), input),
    }),
  }),
}));
