import type { App } from '../app.ts';
import type { KnownViewer, Viewer } from '../auth/viewer.ts';
import type { Standings } from '../leaderboards/standings.ts';
import { newRequestId } from '../platform/ids.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What every resolver gets. One per request; one per operation on a socket. */
export type Context = {
  readonly app: App;
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly loaders: Loaders;
  readonly standings: Standings;
};

/** What a door knows: sockets their viewer, requests a header that names them. */
export type DoorContext = {
  readonly viewer?: Viewer;
  /** The answer is shared by all who ask: its members may be a moment old. */
  readonly isShared?: boolean;
  readonly requestId?: string;
  /** The header `Authorization`, of a request that Yoga has not seen. */
  readonly authorization?: string | undefined;
  readonly request?: Request;
};

/** Makes the context of one request, or of one operation on a socket. */
export async function createContext(app: App, door: DoorContext): Promise<Context> {
  const { viewer, requestId = newRequestId(), request, isShared = false } = door;
  const authorization = door.authorization ?? request?.headers.get('authorization');
  return {
    app,
    viewer: viewer ?? (await app.authenticator.authenticate(authorization)),
    requestId,
    loaders: loadersOf(app),
    standings: isShared ? app.sharedStandings : app.standings,
  };
}

const loaders = new WeakMap<App, Loaders>();

/** One set for all requests: loaders remember nothing, so what they share is one tick’s reads. */
function loadersOf(app: App): Loaders {
  const made = loaders.get(app) ?? createLoaders(app);
  loaders.set(app, made);
  return made;
}

/** The caller of a field whose auth scope lets nobody in who is anonymous. */
export function known(viewer: Viewer): KnownViewer {
  if (viewer.kind === 'anonymous') throw new Error('a field without an auth scope was reached');
  return viewer;
}
