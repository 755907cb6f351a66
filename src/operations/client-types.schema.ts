import { builder } from '../graphql/builder.ts';
import { ClientType } from '../graphql/refs.ts';

export const ClientModeEnum = builder.enumType('ClientMode', {
  description: 'What the callers of a client may run. A PARTNER key is REQUIRED in every mode.',
  values: {
    OPEN: { description: 'Any document, and the registered operations by id.' },
    LOG: { description: 'As OPEN; documents that are not registered are counted and logged.' },
    REQUIRED: { description: 'The registered operations, and nothing else.' },
  },
});

ClientType.implement({
  description:
    'An application that calls the API: a partner’s, a frontend. API keys belong to one ' +
    '(`key create --client`), member tokens name one by the claim `client`.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique in the program; never changes.' }),
    mode: t.expose('mode', { type: ClientModeEnum, description: 'What its callers may run.' }),
    costMax: t.exposeInt('costMax', {
      nullable: true,
      description:
        'The most objects that the answer to one of its operations may hold; null: the bound of ' +
        'all documents.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});
