import type { ServerResponse } from 'node:http';
import { WebSocket } from 'ws';
import { limits } from '../limits.ts';
import type { Sink } from '../live/shared-board.ts';

/** `next` messages of one operation on a socket: the shared result behind the subscriber's own id. */
export function socketSink(socket: WebSocket, id: string, onEnd: () => void): Sink {
  const before = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  return {
    get congested() {
      return socket.bufferedAmount > limits.liveBufferedBytesMax;
    },
    send(result) {
      if (socket.readyState !== WebSocket.OPEN) return;
      const message = Buffer.allocUnsafe(before.length + result.length + 1);
      before.copy(message);
      result.copy(message, before.length);
      message[message.length - 1] = BRACE;
      socket.send(message, TEXT);
    },
    end: onEnd,
  };
}

const BRACE = '}'.charCodeAt(0);
const TEXT = { binary: false };

/** Events of a stream; one buffer for all streams. */
export function streamSink(response: ServerResponse): Sink {
  return {
    get congested() {
      return response.writableLength > limits.liveBufferedBytesMax;
    },
    send(result) {
      if (!response.destroyed) response.write(eventOf(result));
    },
    end() {
      if (!response.destroyed) response.end('event: complete\ndata:\n\n');
    },
  };
}

const events = new WeakMap<Buffer, Buffer>();

/** A result as an event; JSON has no line breaks. */
function eventOf(result: Buffer): Buffer {
  let event = events.get(result);
  if (event === undefined) {
    event = Buffer.concat([Buffer.from('event: next\ndata: '), result, Buffer.from('\n\n')]);
    events.set(result, event);
  }
  return event;
}

/**
 * Stands for a subscription whose messages are sent past graphql-ws: it yields nothing, and ends
 * when either side does.
 */
export class SilentStream implements AsyncIterableIterator<never> {
  #end: () => void = () => {};
  readonly #ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });
  /** Called once, when it is over. */
  onEnd: () => void = () => {};

  async next(): Promise<IteratorResult<never>> {
    await this.#ended;
    return { value: undefined, done: true };
  }

  return(): Promise<IteratorResult<never>> {
    this.#end();
    this.onEnd();
    return Promise.resolve({ value: undefined, done: true });
  }

  throw(): Promise<IteratorResult<never>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
