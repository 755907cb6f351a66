import type { IncomingMessage, ServerResponse } from 'node:http';
import { limits } from '../limits.ts';

/**
 * Cuts event streams (SSE) whose reader has stopped reading: what waits for it would otherwise
 * stay in memory for as long as the connection lives.
 */
export class StreamGuard {
  readonly #open = new Map<ServerResponse, { sent: number; stalledSince: number | undefined }>();
  readonly #timer: NodeJS.Timeout;

  constructor(intervalMs: number = limits.stalledStreamMs / 6) {
    this.#timer = setInterval(() => this.#check(), intervalMs).unref();
  }

  /** Watches a response that is, or may become, an event stream. */
  watch(request: IncomingMessage, response: ServerResponse): void {
    if (!request.headers.accept?.includes('text/event-stream')) return;
    this.#open.set(response, { sent: 0, stalledSince: undefined });
    response.once('close', () => this.#open.delete(response));
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
      const tooLong = stalled && now - (state.stalledSince ?? now) >= limits.stalledStreamMs;
      if (tooLong || socket.writableLength > limits.socketBufferedBytesMax) socket.destroy();
    }
  }
}
