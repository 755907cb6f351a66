import type { ServerResponse } from 'node:http';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { App } from '../app.ts';
import { isBound, type Viewer } from '../auth/viewer.ts';
import type { Context } from '../graphql/context.ts';
import { apiError } from '../graphql/errors.ts';
import type { AdHoc } from '../operations/choose.ts';
import { rateHeaders } from '../rate-limits/headers.ts';
import { COST_HEADER, judgeCost } from './charge.ts';
import { documentIdOf, idParams, idsOfUrl, isObject } from './params.ts';
import type { StreamGuard } from './stream-guard.ts';

/** What Yoga's contexts have besides. */
type RequestContext = Context & {
  readonly res?: ServerResponse;
  readonly request?: Request;
  readonly adHoc?: AdHoc | undefined;
};

/** What is our own about requests that go through Yoga's HTTP; operation.ts is its counterpart. */
export function useRequestRules(app: App, streams: StreamGuard | undefined): Plugin<Context> {
  const noteAdHoc = ({ contextValue, operationName }: ExecutionArgs) =>
    app.operations.noteAdHoc((contextValue as RequestContext).adHoc, operationName);
  return {
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (request.method !== 'GET' || requestParser === undefined) return;
      setRequestParser(async (get) => {
        try {
          return Object.assign(await requestParser(get), idsOfUrl(get.url));
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
      if (!isObject(params)) return; // Not judged yet.
      const chosen = await chosenParams(app, viewer, params);
      Object.assign(context, chosen.context);
      setParams(chosen.params as typeof params);
    },
    async onExecute({ args, setResultAndStopExecution }) {
      const { units, error } = await judgeCost(args);
      if (error !== undefined) {
        setResultAndStopExecution({ errors: [error] });
        return undefined;
      }
      noteAdHoc(args);
      const { request } = args.contextValue as RequestContext;
      if (request?.headers.get(COST_HEADER) !== '1') return undefined;
      const told = await costTold(args, units);
      return {
        onExecuteDone({ result, setResult }) {
          setResult({ ...(result as ExecutionResult), extensions: told });
        },
      };
    },
    async onSubscribe({ args, setResultAndStopExecution }) {
      const { viewer, res, request } = args.contextValue as RequestContext;
      if (request === undefined) return; // Sockets judge for themselves.
      const { error } = await judgeCost(args);
      if (error !== undefined) {
        setResultAndStopExecution({ errors: [error] });
        return;
      }
      noteAdHoc(args);
      if (res === undefined || streams === undefined || viewer.kind === 'anonymous') return;
      if (streams.admit(res, viewer)) return;
      const http = { status: 429 };
      const tooMany = apiError('SUBSCRIPTION_LIMIT', 'Too many event streams are open.', { http });
      setResultAndStopExecution({ errors: [tooMany] });
    },
  };
}

/** The extensions of an answer that was asked to tell its cost. */
async function costTold({ contextValue }: ExecutionArgs, requested: number) {
  const { app, viewer } = contextValue as Context;
  if (viewer.kind === 'anonymous') return {};
  const state = await app.rateLimits.state(viewer);
  const { limit, remaining } = state;
  return { cost: { requested, limit, remaining }, http: { headers: rateHeaders(state) } };
}

/** Parameters with the text of the operation that they name, and what the context has of it. */
async function chosenParams(app: App, viewer: Viewer, given: Record<string, unknown>) {
  const documentId = documentIdOf(given);
  const params = Object.fromEntries(
    Object.entries(given).filter(
      ([name, value]) => !idParams.includes(name) && !(name === 'operationName' && value === ''),
    ),
  );
  const { query, operationName } = params;
  const isText = typeof query === 'string';
  // Without a text or an id, or with something else for a text, Yoga refuses it.
  const isJudged = isText ? documentId !== undefined || isBound(viewer) : documentId !== undefined;
  if (!isJudged || (!isText && query != null)) return { params, context: {} };
  const name = typeof operationName === 'string' ? operationName : undefined;
  const asked = { query: isText ? query : '', documentId, operationName: name };
  const chosen = await app.operations.choose(viewer, asked);
  return {
    params: { ...params, query: chosen.query, operationName: chosen.operationName ?? undefined },
    context: { viewer: chosen.viewer, adHoc: chosen.adHoc },
  };
}
