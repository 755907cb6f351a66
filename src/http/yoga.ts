import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { App } from '../app.ts';
import { type Context, createContext, type DoorContext } from '../graphql/context.ts';
import { createDocumentCache, type DocumentCache } from '../graphql/document-cache.ts';
import { toApiError } from '../graphql/errors.ts';
import { createPipeline, type Pipeline } from '../graphql/pipeline.ts';
import { useApiRules } from '../graphql/plugin.ts';
import { schema } from '../graphql/schema.ts';
import { newRequestId } from '../platform/ids.ts';
import { exampleQueries } from './graphiql-examples.ts';
import { useRequestRules } from './request-rules.ts';
import type { StreamGuard } from './stream-guard.ts';

export type Yoga = YogaServerInstance<DoorContext, Context>;

export type GraphqlServerOptions = {
  readonly bodyBytesMax?: number;
  /** What GraphiQL starts with; the demo's key, so that its examples run as they are. */
  readonly graphiqlKey?: string | undefined;
  /** What all doors of a process share. */
  readonly pipeline?: Pipeline;
  readonly streams?: StreamGuard;
};

/** The pipeline of an app; introspection goes with GraphiQL. */
export const createAppPipeline = (
  { config, log }: App,
  documents: DocumentCache = createDocumentCache(),
): Pipeline => createPipeline({ schema, introspection: config.graphiql, documents, log });

/**
 * The one GraphQL server behind every door. `bodyBytesMax` is set only for requests that do not
 * say how long they are: Yoga's own limit costs 3.5x per request, so the others are judged by
 * their Content-Length before they get here.
 */
export function createGraphqlServer(app: App, options: GraphqlServerOptions = {}): Yoga {
  const { log, config } = app;
  const { pipeline = createAppPipeline(app), streams } = options;
  return createYoga<DoorContext, Context>({
    schema: pipeline.schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: options.bodyBytesMax ?? false,
    cors:
      config.allowedOrigins.length === 0
        ? false
        : {
            ...{ origin: [...config.allowedOrigins], methods: ['GET', 'POST'], credentials: false },
            exposedHeaders: [
              'Retry-After',
              'RateLimit-Limit',
              'RateLimit-Remaining',
              'RateLimit-Reset',
            ],
          },
    graphiql: config.graphiql && {
      title: 'Tallymark',
      defaultQuery: exampleQueries,
      subscriptionsProtocol: 'GRAPHQL_SSE',
      // Without a key none is sent: introspection needs none, and a wrong one is refused.
      headers:
        options.graphiqlKey === undefined
          ? '{}'
          : JSON.stringify({ authorization: `Bearer ${options.graphiqlKey}` }),
    },
    renderGraphiQL,
    logging: false,
    parserAndValidationCache: false, // The pipeline has its own, for all doors.
    maskedErrors: {
      maskError: (error) => toApiError(error, newRequestId(), log),
    },
    plugins: [useApiRules(pipeline, log), useRequestRules(app, streams)],
    context: (door) => createContext(app, door),
  });
}
