import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RightsWatch } from '../auth/rights-watch.ts';
import { type KnownViewer, ownerOf } from '../auth/viewer.ts';
import { limits } from '../limits.ts';
import { OwnerCount } from './owner-count.ts';

type Stream = { sent: number; stalledSince: number | undefined };

/**
 * Cuts event streams (SSE) whose reader has stopped reading: what waits for it would otherwise
 * stay in memory for as long as the connection lives. Ends those whose credential is over, too,
 * and counts them by who opened them.
 */
export class StreamGuard {
  readonly #open = new Map<ServerResponse, Stream>();
  readonly #owners = new OwnerCount();
  readonly #rights: RightsWatch;
  readonly #timer: NodeJS.Timeout;

  constructor(rights: RightsWatch, intervalMs: number = limits.stalledStreamMs / 6) {
    this.#rights = rights;
    this.#timer = setInterval(() => this.#check(), intervalMs).unref();
  }

  /** Watches a response that is, or may become, an event stream. */
  watch(request: IncomingMessage, response: ServerResponse): void {
    const { accept, authorization } = request.headers;
    // Without a preference, or with any at all, a subscription is answered as a stream.
    if (accept === 'application/json' || accept === 'application/graphql-response+json') return;
    this.#open.set(response, { sent: 0, stalledSince: undefined });
    const forget =
      authorization === undefined
        ? undefined
        : this.#rights.watch(authorization, () => {
            if (isStream(response)) response.destroy();
          });
    response.once('close', () => {
      this.#open.delete(response);
      forget?.();
    });
  }

  /** Counts a stream until its response closes; false when its owner has too many. */
  admit(response: ServerResponse, viewer: KnownViewer): boolean {
    if (response.destroyed) return true; // The caller has gone: it will not close once more.
    const owner = ownerOf(viewer);
    const { streamsPerMemberMax, streamsPerKeyMax } = limits;
    const max = viewer.kind === 'member' ? streamsPerMemberMax : streamsPerKeyMax;
    if (!this.#owners.enter(owner, max)) return false;
    response.once('close', () => this.#owners.leave(owner));
    return true;
  }

  /**
   * Ends the streams without a `complete` event, which would tell clients not to come back.
   * Answers that are still being worked on are left alone.
   */
  end(): void {
    for (const response of this.#open.keys()) {
      if (isStream(response)) response.socket?.destroySoon();
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Stalled: bytes wait in the socket, and none has left since the last look. */
  #check(): void {
    const now = performance.now();
    for (const [response, state] of this.#open) {
      const { socket } = response;
      if (socket === null) continue;
      const sent = socket.bytesWritten - socket.writableLength;
      const stalled = socket.writableLength > 0 && sent === state.sent;
      state.sent = sent;
      state.stalledSince = stalled ? (state.stalledSince ?? now) : undefined;
      const tooLong = now - (state.stalledSince ?? now) >= limits.stalledStreamMs;
      const tooMuch = socket.writableLength > limits.socketBufferedBytesMax;
      if (stalled && (tooLong || tooMuch)) socket.destroy(); // Who reads slowly still reads.
    }
  }
}

/** Begun and not ended: other answers are written in one go. */
const isStream = (response: ServerResponse) => response.headersSent && !response.writableEnded;
