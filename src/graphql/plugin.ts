import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Log } from '../platform/log.ts';
import type { Context } from './context.ts';
import { codedResult } from './errors.ts';
import type { Pipeline } from './pipeline.ts';

/** The rules of the API for what goes through Yoga: the same as on every door. */
export function useApiRules(pipeline: Pipeline, log: Log): Plugin<Context> {
  const coded = (result: ExecutionResult, { requestId }: Context) =>
    codedResult(result, requestId, log);
  return {
    onParse({ setParseFn }) {
      setParseFn(((source: string | { readonly body: string }) =>
        pipeline.parse(typeof source === 'string' ? source : source.body)) as never);
    },
    onValidate({ setValidationFn }) {
      setValidationFn((_schema, document) => pipeline.validate(document));
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
