/** HTTP requests as they are, where fetch would mend or refuse them. */
import { request } from 'node:http';

export type Sent = { status: number; headers: Record<string, unknown>; text: string };

export type SendOptions = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
  /** Without a Content-Length. */
  readonly chunked?: boolean;
};

/** Sends exactly this. A body that the server refuses to read may end in a reset: status 0. */
export function sendHttp(port: number, options: SendOptions): Promise<Sent> {
  const { method = 'POST', path = '/graphql', body, chunked = false } = options;
  const length = chunked || body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const type = method === 'POST' ? { 'content-type': 'application/json' } : {};
  const headers = { ...type, ...length, ...options.headers };
  return new Promise((resolve) => {
    const outgoing = request({ port, host: '127.0.0.1', method, path, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk) => {
        text += chunk;
      });
      const end = () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
      incoming.once('end', end).once('error', end);
    });
    outgoing.once('error', () => resolve({ status: 0, headers: {}, text: '' }));
    if (chunked && body !== undefined) outgoing.write(body);
    outgoing.end(chunked ? undefined : body);
  });
}
