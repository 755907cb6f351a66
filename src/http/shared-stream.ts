import type { ServerResponse } from 'node:http';
import { limits } from '../limits.ts';
import { charge, tabOf } from './charge.ts';
import type { Asked, SharedBoards } from './shared-boards.ts';
import { streamSink } from './sinks.ts';
import type { StreamGuard } from './stream-guard.ts';

const HEADERS = {
  'content-type': 'text/event-stream',
  connection: 'keep-alive',
  'cache-control': 'no-cache',
  'content-encoding': 'none',
} as const;

const COMMENT = ':\n\n';

/**
 * Answers a subscription that can be shared as an event stream; false, with nothing sent, for any
 * other, and for who has too many streams open: Yoga answers those.
 */
export async function answerStream(
  { boards, streams }: { readonly boards: SharedBoards; readonly streams: StreamGuard },
  response: ServerResponse,
  asked: Asked,
): Promise<boolean> {
  const isFollowed = boards.isFollowed(asked);
  const join = await boards.find(asked);
  const { viewer } = asked;
  if (join === undefined || viewer.kind === 'anonymous') return false;
  await charge(asked.operation, isFollowed, tabOf(response.req));
  if (response.destroyed) return true; // The caller has gone.
  if (!streams.admit(response, viewer)) return false;
  response.writeHead(200, HEADERS);
  response.write(COMMENT); // Some browsers wait for a first byte.
  const leave = join(streamSink(response));
  const ping = setInterval(() => {
    if (response.writableLength === 0) response.write(COMMENT);
  }, limits.socketPingMs);
  response.once('close', () => {
    clearInterval(ping);
    leave();
  });
  return true;
}
