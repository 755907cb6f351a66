import { builder } from '../graphql/builder.ts';
import { ActorType } from '../graphql/refs.ts';

const ActorKindEnum = builder.enumType('ActorKind', {
  description: 'What sort of caller somebody is.',
  values: {
    KEY: { description: 'Whoever holds an API key.' },
    MEMBER: { description: 'A member, with a token of their own.' },
    SYSTEM: { description: 'Tallymark itself: the command line, jobs, imports.' },
  },
});

const KEY = 'key:';
const keyOf = (actor: string) => (actor.startsWith(KEY) ? actor.slice(KEY.length) : undefined);

ActorType.implement({
  description: 'Who did something.',
  fields: (t) => ({
    id: t.string({
      description: 'Of an API key its id, as `tallymark key list` shows it; else what it is.',
      resolve: (actor) => keyOf(actor) ?? actor,
    }),
    name: t.string({
      description: 'Of an API key the name it was made with.',
      resolve: async (actor, _args, { loaders }) => {
        const id = keyOf(actor);
        return (id === undefined ? undefined : await loaders.keyNames.load(id)) ?? actor;
      },
    }),
    kind: t.field({
      type: ActorKindEnum,
      description: 'What sort of caller it was.',
      resolve: (actor) => {
        if (keyOf(actor) !== undefined) return 'KEY';
        return actor === 'member' ? 'MEMBER' : 'SYSTEM';
      },
    }),
  }),
});
