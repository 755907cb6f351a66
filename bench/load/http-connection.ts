/** One keep-alive HTTP/1.1 connection that costs next to nothing: the servers are measured. */
import { connect, type Socket } from 'node:net';

const HEADER_END = '\r\n\r\n';
const LAST_CHUNK = '0\r\n\r\n';

/** Asks one question after the other. */
export class HttpConnection {
  readonly #socket: Socket;
  #received = '';
  #resolve: ((response: string) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#onData(text));
    socket.on('error', (error) => this.#reject?.(error));
    socket.on('close', () => this.#reject?.(new Error('the server closed the connection')));
  }

  static open(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new HttpConnection(socket));
      });
    });
  }

  /** Sends a whole request and resolves with the whole response, headers included. */
  send(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.#resolve = undefined;
    this.#reject = undefined;
    this.#socket.destroy();
  }

  #onData(text: string): void {
    this.#received = this.#received === '' ? text : this.#received + text;
    if (!isComplete(this.#received)) return;
    const response = this.#received;
    this.#received = '';
    this.#resolve?.(response);
  }
}

function isComplete(text: string): boolean {
  const end = text.indexOf(HEADER_END);
  if (end === -1) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  if (length === undefined) return text.endsWith(LAST_CHUNK);
  return text.length >= end + HEADER_END.length + Number(length);
}
