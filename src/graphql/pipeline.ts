import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { limits } from '../limits.ts';
import type { Log } from '../platform/log.ts';
import type { Context } from './context.ts';
import type { DocumentCache } from './document-cache.ts';
import { documentCost } from './document-cost.ts';
import { documentLimits, parseDocument } from './document-rules.ts';
import { apiError, codedResult } from './errors.ts';
import { wrongInput } from './input-errors.ts';

/** What happens to a document on every door: the same limits, rules and error codes. */
export type Pipeline = {
  readonly schema: GraphQLSchema;
  /** Throws a coded GraphQLError. */
  parse(text: string): DocumentNode;
  validate(document: DocumentNode): readonly GraphQLError[];
  /** Executes, a subscription's event, too; errors are coded. */
  execute(args: ExecutionArgs): Promise<ExecutionResult>;
};

export type PipelineOptions = {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly documents: DocumentCache;
  readonly log: Log;
};

/** What documents are held against, on every door and when they are registered. */
export const documentRules = (introspection: boolean): ValidationRule[] => [
  ...specifiedRules,
  ...[documentLimits, documentCost],
  ...(introspection ? [] : [NoSchemaIntrospectionCustomRule]),
];

export function createPipeline({
  schema,
  introspection,
  documents,
  log,
}: PipelineOptions): Pipeline {
  const rules = documentRules(introspection);
  const judged = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  return {
    schema,
    parse(text) {
      const known = documents.get(text);
      if (known !== undefined) return known;
      const document = parsed(text);
      documents.set(text, document);
      return document;
    },
    validate(document) {
      let errors = judged.get(document);
      if (errors === undefined) {
        const options = { maxErrors: limits.errorsMax, hideSuggestions: !introspection };
        const bounded = validate(schema, document, [documentLimits], options);
        // What is too large is not held against rules that compare each of its fields with each.
        const found = bounded.length > 0 ? bounded : validate(schema, document, rules, options);
        errors = found.slice(0, limits.errorsMax).map((error) => validationError(error, document));
        judged.set(document, errors);
      }
      return errors;
    },
    async execute(args) {
      const { requestId } = args.contextValue as Context;
      return codedResult(await execute(args), requestId, log);
    },
  };
}

/** As GraphQL over HTTP has it: 400, but 200 for the old media type application/json. */
const REFUSED = { spec: true, status: 400 } as const;

function parsed(text: string): DocumentNode {
  try {
    return parseDocument(text);
  } catch (error) {
    throw error instanceof Error ? parseError(error) : error;
  }
}

function parseError(error: Error): GraphQLError {
  const at = error instanceof GraphQLError ? error : undefined;
  const message = error.message.replace(/^Syntax Error: /, 'Syntax error: ');
  return apiError('GRAPHQL_PARSE_FAILED', message, { http: REFUSED }, at);
}

/** A wrong value in the document is the caller's input, whatever phase finds it. */
function validationError(error: GraphQLError, document: DocumentNode): GraphQLError {
  if (error.extensions.code !== undefined) return error; // One of ours, that says all itself.
  const field = wrongInput(error, document);
  return field === undefined
    ? apiError('GRAPHQL_VALIDATION_FAILED', error.message, { http: REFUSED }, error)
    : apiError('BAD_USER_INPUT', `${field}: ${error.message}`, { field, http: REFUSED }, error);
}
