/** The four ways into the API of a listening server, with one shape of answer. */
import { WebSocket } from 'ws';

export const doors = ['POST', 'GET', 'SSE', 'WS'] as const;
export type Door = (typeof doors)[number];

export type Operation = {
  /** Absent: a registered operation is named instead. */
  readonly query?: string | undefined;
  readonly variables?: unknown;
  readonly operationName?: string;
  /** Of a registered operation, and what else it is called. */
  readonly documentId?: string;
  readonly doc_id?: string;
  readonly id?: string;
  readonly extensions?: unknown;
};

export type ApiError = {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly field?: string };
};

export type Reply = {
  /** HTTP status; for a socket that was closed its close code, else 101. */
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
  readonly data: any;
  readonly errors: readonly ApiError[] | undefined;
  /** What came over the wire. */
  readonly text: string;
};

/** Sends one operation through a door and waits for its (first) answer. */
export function knock(
  door: Door,
  url: string,
  credential: string | undefined,
  operation: Operation,
  /** What POST and GET ask for. */
  type = 'application/json',
): Promise<Reply> {
  if (door === 'WS') return overSocket(url, credential, operation);
  return overHttp(door, url, credential, operation, type);
}

async function overHttp(
  door: Exclude<Door, 'WS'>,
  url: string,
  credential: string | undefined,
  operation: Operation,
  type: string,
): Promise<Reply> {
  const headers: Record<string, string> = {
    accept: door === 'SSE' ? 'text/event-stream' : type,
    ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
  };
  const abort = new AbortController();
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(operation)) {
    if (typeof value === 'string') search.set(name, value);
    else if (value != null && name !== 'operationName') search.set(name, JSON.stringify(value));
  }
  const response = await (door === 'GET'
    ? fetch(`${url}/graphql?${search}`, { headers, signal: abort.signal })
    : fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(operation),
        signal: abort.signal,
      }));
  const streamed = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = streamed ? await firstEvent(response) : await response.text();
  if (streamed) abort.abort();
  return { status: response.status, ...bodyOf(text), text };
}

/** The data of the first `next` event. */
async function firstEvent(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  if (response.body === null) return text;
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    const [, data] = /event: next\ndata: (.*)\n\n/.exec(text) ?? [];
    if (data !== undefined) return data;
  }
  return text;
}

function bodyOf(text: string): Pick<Reply, 'data' | 'errors'> {
  try {
    const { data, errors } = JSON.parse(text) as Pick<Reply, 'data' | 'errors'>;
    return { data, errors };
  } catch {
    return { data: undefined, errors: undefined };
  }
}

async function overSocket(
  url: string,
  credential: string | undefined,
  operation: Operation,
): Promise<Reply> {
  const socket = await openSocket(url, credential);
  try {
    return await socket.run(operation);
  } finally {
    socket.close();
  }
}

export type Message = {
  readonly type: string;
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: what comes depends on the type.
  readonly payload?: any;
};

/** A plain graphql-transport-ws socket: what is sent and what comes is seen as it is. */
export type TestSocket = {
  readonly ws: WebSocket;
  readonly messages: readonly Message[];
  /** Set once it is closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly isClosed: boolean;
  send(message: object | string): void;
  /** Runs one operation and waits for its first answer, or for the end of the socket. */
  run(operation: Operation): Promise<Reply>;
  /** The first message that fits, now or later; fails when the socket closes before. */
  waitFor(fits: (message: Message) => boolean): Promise<Message>;
  close(): void;
};

let operations = 0;

/** Opens a socket and says who is there. `credential` null: sends no connection_init. */
export async function openSocket(
  url: string,
  credential: string | undefined | null,
): Promise<TestSocket> {
  const ws = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
  const messages: Message[] = [];
  const listeners = new Set<() => void>();
  let end: { code: number; reason: string } | undefined;
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.once('close', (code, reason) => {
      end = { code, reason: String(reason) };
      resolve(end);
      tell();
    });
  });
  ws.on('error', () => {});
  ws.on('message', (data) => {
    messages.push(JSON.parse((data as Buffer).toString()) as Message);
    tell();
  });
  await new Promise((resolve) => {
    ws.once('open', resolve);
    ws.once('close', resolve);
  });
  const send = (message: object | string) => {
    if (ws.readyState !== ws.OPEN) return;
    ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  };
  const waitFor = (fits: (message: Message) => boolean) =>
    new Promise<Message>((resolve, reject) => {
      const look = () => {
        const found = messages.find(fits);
        if (found === undefined && end === undefined) return;
        listeners.delete(look);
        if (found !== undefined) resolve(found);
        else reject(new Error(`closed with ${end?.code} ${end?.reason}`));
      };
      listeners.add(look);
      look();
    });
  if (credential !== null) {
    const payload = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
    send({ type: 'connection_init', payload });
    await waitFor(({ type }) => type === 'connection_ack').catch(() => {});
  }
  return {
    ws,
    messages,
    closed,
    get isClosed() {
      return end !== undefined;
    },
    send,
    waitFor,
    async run(operation) {
      operations += 1;
      const id = `op-${operations}`;
      // The protocol wants a text: clients that have none send an empty one.
      send({ type: 'subscribe', id, payload: { query: '', ...operation } });
      const answer = await waitFor((message) => message.id === id).catch(() => undefined);
      if (answer === undefined) {
        const { code } = await closed;
        return { status: code, data: undefined, errors: undefined, text: '' };
      }
      const { payload } = answer;
      const text = JSON.stringify(payload);
      if (answer.type === 'error') return { status: 101, data: undefined, errors: payload, text };
      return { status: 101, data: payload?.data, errors: payload?.errors, text };
    },
    close: () => ws.terminate(),
  };
}
