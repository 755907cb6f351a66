import { builder } from '../graphql/builder.ts';
import { refusalInterfaces as interfaces } from '../graphql/refusal-interface.ts';
import { limits } from '../limits.ts';
import type { ManifestProblem } from './manifest.ts';
import { ClientNotFound, ManifestNotValid, OperationNotFound } from './operations.refusals.ts';

const { manifestProblemsShownMax } = limits;

const ManifestProblemType = builder.objectRef<ManifestProblem>('ManifestProblem').implement({
  description: 'What is wrong with a manifest, or with an operation in it.',
  fields: (t) => ({
    documentId: t.string({
      nullable: true,
      description: 'The operation’s id as the manifest has it; null: the manifest itself.',
      resolve: ({ id }) => id,
    }),
    message: t.exposeString('message', { description: 'Why, for developers (English).' }),
  }),
});

builder.objectType(ManifestNotValid, {
  name: 'ManifestNotValid',
  description: 'The manifest, or operations in it, have mistakes; nothing was registered.',
  interfaces,
  fields: (t) => ({
    problems: t.field({
      type: [ManifestProblemType],
      description: `All of them, the first ${manifestProblemsShownMax}.`,
      resolve: ({ problems }) => problems.slice(0, manifestProblemsShownMax),
    }),
    problemCount: t.int({
      description: 'How many there are.',
      resolve: ({ problems }) => problems.length,
    }),
  }),
});

builder.objectType(ClientNotFound, {
  name: 'ClientNotFound',
  description: 'The program has no such client; the first push for it makes it.',
  interfaces,
});

builder.objectType(OperationNotFound, {
  name: 'OperationNotFound',
  description: 'The client has not registered some of the operations; nothing was changed.',
  interfaces,
  fields: (t) => ({
    documentIds: t.stringList({
      description: 'Those that it has not registered.',
      resolve: ({ documentIds }) => [...documentIds],
    }),
  }),
});
