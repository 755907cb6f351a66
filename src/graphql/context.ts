import type { App } from '../app.ts';
import type { KnownViewer, Viewer } from '../auth/viewer.ts';
import type { Loaders } from './loaders.ts';

/** What every resolver gets. One per request; one per operation on a socket. */
export type Context = {
  readonly app: App;
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly loaders: Loaders;
};

/** The caller of a field whose auth scope lets nobody in who is anonymous. */
export function known(viewer: Viewer): KnownViewer {
  if (viewer.kind === 'anonymous') throw new Error('a field without an auth scope was reached');
  return viewer;
}
