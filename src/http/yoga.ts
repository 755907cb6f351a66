import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { App } from '../app.ts';
import type { Viewer } from '../auth/viewer.ts';
import type { Context } from '../graphql/context.ts';
import { toApiError } from '../graphql/errors.ts';
import { createLoaders } from '../graphql/loaders.ts';
import { useApiRules } from '../graphql/plugin.ts';
import { schema } from '../graphql/schema.ts';
import { newRequestId } from '../platform/ids.ts';
import { exampleQueries } from './graphiql-examples.ts';

/** What a door hands over: sockets know their viewer already, requests bring a header. */
export type DoorContext = { readonly viewer?: Viewer; readonly requestId?: string };

export type Yoga = YogaServerInstance<DoorContext, Context>;

/**
 * The one GraphQL server behind every door. `bodyBytesMax` is set only for requests that do not
 * say how long they are: Yoga's own limit costs 3.5x per request, so the others are judged by
 * their Content-Length before they get here.
 */
export function createGraphqlServer(app: App, options: { bodyBytesMax?: number } = {}): Yoga {
  const { log, config } = app;
  return createYoga<DoorContext, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: options.bodyBytesMax ?? false,
    cors:
      config.allowedOrigins.length === 0
        ? false
        : { origin: [...config.allowedOrigins], methods: ['GET', 'POST'], credentials: false },
    graphiql: config.graphiql && {
      title: 'Tallymark',
      defaultQuery: exampleQueries,
      subscriptionsProtocol: 'GRAPHQL_SSE',
      headers: '{ "authorization": "Bearer " }',
    },
    renderGraphiQL,
    logging: false,
    maskedErrors: {
      maskError: (error) => toApiError(error, newRequestId(), log),
    },
    plugins: [useApiRules({ introspection: config.graphiql, log })],
    context: async (initial) => ({
      app,
      viewer: initial.viewer ?? (await authenticate(app, initial.request)),
      requestId: initial.requestId ?? newRequestId(),
      loaders: createLoaders(app.pool, app.clock),
    }),
  });
}

const authenticate = (app: App, request: Request | undefined) =>
  app.authenticator.authenticate(request?.headers.get('authorization'));
