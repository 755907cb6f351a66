/** The load generator of the reading bars: posts queries, each with the next variables. */
import { serveParent } from '../lab/child.ts';
import { closedLoop } from '../lab/closed-loop.ts';
import type { WindowOptions } from '../lab/window.ts';
import { HttpConnection } from './http-connection.ts';

/** What the parent asks for. */
export type QueryOrder = WindowOptions & {
  readonly port: number;
  readonly credential: string;
  readonly query: string;
  /** Gone through in turn. */
  readonly variables: readonly object[];
  /** What every right answer contains. */
  readonly contains: string;
};

let next = 0;
let complaints = 0;

serveParent(async (order: QueryOrder) => {
  const open = Array.from({ length: order.callers }, () => HttpConnection.open(order.port));
  const connections = await Promise.all(open);
  const idle = [...connections];
  const requests = order.variables.map((variables) => requestOf(order, variables));
  const window = await closedLoop(async () => {
    const connection = idle.pop();
    if (connection === undefined) throw new Error('more callers than connections');
    next += 1;
    try {
      const response = await connection.send(requests[next % requests.length] ?? '');
      const right = response.includes(order.contains) && !response.includes('"errors"');
      complaints += right ? 0 : 1;
      if (!right && complaints <= 3) console.error('unexpected:', response.slice(0, 1500));
      return right;
    } finally {
      idle.push(connection);
    }
  }, order);
  for (const connection of connections) connection.close();
  return window;
});

function requestOf({ query, credential }: QueryOrder, variables: object): string {
  const body = JSON.stringify({ query, variables });
  return (
    'POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n' +
    'accept: application/graphql-response+json, application/json\r\n' +
    `authorization: Bearer ${credential}\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}
