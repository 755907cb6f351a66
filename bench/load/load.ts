/** The load generator: a process of its own that posts one check-in after the other. */

import { serveParent } from '../lab/child.ts';
import { closedLoop } from '../lab/closed-loop.ts';
import { checkInAt, type Pace, type WindowOptions } from '../lab/window.ts';
import { HttpConnection } from './http-connection.ts';

/** What the parent asks for. */
export type LoadOrder = WindowOptions & {
  readonly port: number;
  readonly credential: string;
  readonly query: string;
  readonly pace: Pace;
};

let next = 0;

function requestOf(order: LoadOrder, index: number): string {
  const { externalId, occurredAt } = checkInAt(order.pace, index);
  const variables = { input: { member: { externalId }, occurredAt } };
  const body = JSON.stringify({ query: order.query, variables });
  return (
    'POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n' +
    'accept: application/graphql-response+json, application/json\r\n' +
    `authorization: Bearer ${order.credential}\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

let complaints = 0;

/** True only for a check-in that was really written. */
function isDone(response: string): boolean {
  if (response.includes('"alreadyCheckedIn":false') && !response.includes('"errors"')) return true;
  complaints += 1;
  if (complaints <= 3) console.error('unexpected answer:', response.slice(0, 1000));
  return false;
}

serveParent(async (order: LoadOrder) => {
  const open = Array.from({ length: order.callers }, () => HttpConnection.open(order.port));
  const connections = await Promise.all(open);
  const idle = [...connections];
  const window = await closedLoop(async () => {
    const connection = idle.pop();
    if (connection === undefined) throw new Error('more callers than connections');
    const request = requestOf(order, next);
    next += 1;
    try {
      return isDone(await connection.send(request));
    } finally {
      idle.push(connection);
    }
  }, order);
  for (const connection of connections) connection.close();
  return window;
});
