import type { ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { App } from '../app.ts';
import type { Context } from '../graphql/context.ts';
import { apiError } from '../graphql/errors.ts';
import type { StreamGuard } from './stream-guard.ts';

/** What is our own about requests that go through Yoga's HTTP; operation.ts is its counterpart. */
export function useRequestRules(app: App, streams: StreamGuard | undefined): Plugin<Context> {
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (request.method !== 'GET' || requestParser === undefined) return;
      setRequestParser((get) => {
        try {
          return requestParser(get);
        } catch {
          throw apiError('BAD_REQUEST', 'The parameters `variables` and `extensions` are JSON.', {
            http: { status: 400 },
          });
        }
      });
    },
    async onParams({ request, params, setParams, context }) {
      // Before the document is looked at: a wrong credential has nothing parsed.
      const viewer = await app.authenticator.authenticate(request.headers.get('authorization'));
      Object.assign(context, { viewer });
      const given: { readonly operationName?: unknown } | null = params; // Not judged yet.
      if (given?.operationName !== '') return;
      const { operationName, ...others } = params;
      setParams(others);
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const { viewer, res } = args.contextValue as Context & { readonly res?: ServerResponse };
      if (res === undefined || streams === undefined || viewer.kind === 'anonymous') return;
      if (streams.admit(res, viewer)) return; // Sockets, which have no response, count for themselves.
      const http = { status: 429 };
      const error = apiError('SUBSCRIPTION_LIMIT', 'Too many event streams are open.', { http });
      setResultAndStopExecution({ errors: [error] });
    },
  };
}
