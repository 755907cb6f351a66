/** Judges documents that are to be registered, by the rules that requests are judged by. */
import {
  buildSchema,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  validate,
} from 'graphql';
import { limits } from '../limits.ts';
import type { Judge, Judged } from '../operations/judge.ts';
import { mostOf, tooComplex } from './document-cost.ts';
import { parseDocument } from './document-rules.ts';
import { documentRules } from './pipeline.ts';

const kinds = { query: 'QUERY', mutation: 'MUTATION', subscription: 'SUBSCRIPTION' } as const;
const rules = documentRules(false);

/** Judges by a schema: one operation a document, or the one that is named. */
export const createJudge =
  (schema: GraphQLSchema): Judge =>
  (text, name) => {
    try {
      return judged(schema, parseDocument(text), name);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { problems: [placed(error)] };
    }
  };

/** Judges by a schema in the words of the SDL; a GraphQLError says why it is none. */
export const createSdlJudge = (sdl: string): Judge => createJudge(buildSchema(sdl));

function judged(schema: GraphQLSchema, document: DocumentNode, name: string | undefined): Judged {
  const errors = validate(schema, document, rules, { maxErrors: limits.errorsMax });
  if (errors.length > 0) return { problems: errors.slice(0, limits.errorsMax).map(placed) };
  const operations = document.definitions.filter(isOperation);
  const [operation, ...others] =
    name === undefined ? operations : operations.filter((one) => one.name?.value === name);
  if (operation === undefined) {
    const named = name === undefined ? 'no operation' : `no operation ${name}`;
    return { problems: [`the document has ${named}`] };
  }
  if (others.length > 0) {
    const names = operations.map((one) => one.name?.value ?? '').join(', ');
    return {
      problems: [`the document has several operations (${names}): register one a document`],
    };
  }
  // What is registered is known beforehand, its variables are not.
  const most = mostOf(schema, document, operation);
  const error = tooComplex(most);
  if (error !== undefined) return { problems: [error.message] };
  return {
    name: operation.name?.value ?? null,
    kind: kinds[operation.operation],
    cost: most.objects,
  };
}

const isOperation = (
  definition: DocumentNode['definitions'][number],
): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION;

const placed = ({ message, locations }: GraphQLError): string => {
  const [at] = locations ?? [];
  return at === undefined ? message : `${at.line}:${at.column}: ${message}`;
};
