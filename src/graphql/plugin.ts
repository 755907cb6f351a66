import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  validate,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { limits } from '../limits.ts';
import type { Log } from '../platform/log.ts';
import type { Context } from './context.ts';
import { documentRows } from './document-rows.ts';
import { documentLimits, parseDocument } from './document-rules.ts';
import { apiError, codedResult } from './errors.ts';
import { wrongInput } from './input-errors.ts';

/**
 * The rules of the API for every door: HTTP, SSE and WebSocket run the same parse, validate,
 * execute and subscribe, and so the same limits and error codes.
 */
export function useApiRules(options: {
  readonly introspection: boolean;
  readonly log: Log;
}): Plugin<Context> {
  const { introspection, log } = options;
  const coded = (result: ExecutionResult, { requestId }: Context) =>
    codedResult(result, requestId, log);
  return {
    onParse({ setParseFn }) {
      setParseFn(parseDocument as never);
      return ({ result, replaceParseResult }) => {
        if (result instanceof Error) replaceParseResult(parseError(result));
      };
    },
    onValidate({ addValidationRule, setValidationFn }) {
      addValidationRule(documentLimits);
      addValidationRule(documentRows);
      if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
      setValidationFn((schema, document, rules) =>
        validate(schema, document, rules, {
          maxErrors: limits.errorsMax,
          hideSuggestions: !introspection,
        })
          .slice(0, limits.errorsMax)
          .map((error) => validationError(error, document)),
      );
    },
    onExecute({ args }) {
      const { contextValue } = args;
      return {
        onExecuteDone({ result, setResult }) {
          if (!isStream(result)) setResult(coded(result as ExecutionResult, contextValue));
        },
      };
    },
    onSubscribe({ args }) {
      const { contextValue } = args;
      return {
        onSubscribeResult({ result, setResult }) {
          if (!isStream(result)) setResult(coded(result as ExecutionResult, contextValue));
          return {
            onNext: ({ result: next, setResult: setNext }) =>
              setNext(coded(next as ExecutionResult, contextValue)),
          };
        },
      };
    },
  };
}

const isStream = (result: unknown): result is AsyncIterable<unknown> =>
  typeof result === 'object' && result !== null && Symbol.asyncIterator in result;

function parseError(error: Error): GraphQLError {
  const at = error instanceof GraphQLError ? error : undefined;
  const message = error.message.replace(/^Syntax Error: /, 'Syntax error: ');
  const http = { spec: true, status: 400 }; // As Yoga does: 200 for application/json.
  return apiError('GRAPHQL_PARSE_FAILED', message, { http }, at);
}

/** A wrong value in the document is the caller's input, whatever phase finds it. */
function validationError(error: GraphQLError, document: DocumentNode): GraphQLError {
  const field = wrongInput(error, document);
  return field === undefined
    ? apiError('GRAPHQL_VALIDATION_FAILED', error.message, {}, error)
    : apiError('BAD_USER_INPUT', `${field}: ${error.message}`, { field }, error);
}
