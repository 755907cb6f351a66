import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { limits } from '../limits.ts';
import type { Sink } from '../live/shared-board.ts';

/**
 * `next` messages of one operation on a socket: the shared result behind the subscriber's own id.
 * The frame is written past `ws`, to the connection it stands on: the result goes to the kernel
 * from the one buffer that all share, where `ws` would need a copy for each.
 */
export function socketSink(
  socket: WebSocket,
  connection: Duplex,
  id: string,
  onEnd: () => void,
): Sink {
  const before = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  return {
    get congested() {
      return connection.writableLength > limits.liveBufferedBytesMax;
    },
    send(result) {
      if (socket.readyState !== WebSocket.OPEN) return;
      const rest = restOf(result);
      connection.cork();
      connection.write(textFrameHead(before, rest.length));
      connection.write(rest);
      connection.uncork();
    },
    end: onEnd,
  };
}

/** What follows the subscriber's own part of a message; one buffer for all sockets. */
const restOf = once((result) => Buffer.concat([result, Buffer.from('}')]));

const FINAL_TEXT = 0x81;

/** The head of an unmasked text frame (RFC 6455 §5.2) and the first part of its payload. */
function textFrameHead(first: Buffer, restBytes: number): Buffer {
  const length = first.length + restBytes;
  const headBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const head = Buffer.allocUnsafe(headBytes + first.length);
  head[0] = FINAL_TEXT;
  if (headBytes === 2) head[1] = length;
  else if (headBytes === 4) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  first.copy(head, headBytes);
  return head;
}

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

/** A result as an event; JSON has no line breaks. One buffer for all streams. */
const eventOf = once((result) =>
  Buffer.concat([Buffer.from('event: next\ndata: '), result, Buffer.from('\n\n')]),
);

/** Makes what is made of a result once, and keeps it as long as the result. */
function once(make: (result: Buffer) => Buffer): (result: Buffer) => Buffer {
  const made = new WeakMap<Buffer, Buffer>();
  return (result) => {
    const known = made.get(result);
    if (known !== undefined) return known;
    const fresh = make(result);
    made.set(result, fresh);
    return fresh;
  };
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
