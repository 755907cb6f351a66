import { describe, expect, it } from 'vitest';
import { createLog, type LogOptions } from '../../src/platform/log.ts';

function capture(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLog({ level: 'debug', destination, ...options }) };
}

describe('the log', () => {
  it('writes one JSON line with level, time and facts', () => {
    const { log, lines } = capture();
    log.child({ part: 'bus' }).warn({ count: 2, big: 12n, tokens: 7 }, 'something');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      part: 'bus',
      count: 2,
      big: 12,
      tokens: 7,
      msg: 'something',
    });
  });

  it('keeps credentials out, wherever they are', () => {
    const { log, lines } = capture();
    const secret = 'hunter2';
    const failure = Object.assign(new Error(`cannot reach redis://user:${secret}@host:6379`), {
      command: { name: 'auth', args: [secret] },
      code: 'ECONNREFUSED',
    });
    const facts = {
      headers: { Authorization: secret, cookie: secret, 'x-api-key': [secret] },
      deep: { list: [{ accessToken: secret, idempotencyKey: secret, passwordHash: secret }] },
      'idempotency-key': secret,
      clientSecret: { value: secret },
      body: Buffer.from(secret),
      err: new Error('outer', { cause: failure }),
    };
    log.error(facts, 'failed');
    log.child({ token: secret }).info({}, 'child');
    expect(lines.join('')).not.toContain(secret);
    expect(lines.join('')).not.toContain([...Buffer.from(secret)].join(','));
    expect(JSON.parse(lines[0] ?? '').err.cause).toMatchObject({
      message: 'cannot reach redis://***@host:6379',
      code: 'ECONNREFUSED',
    });
  });

  it('bounds what it is given', () => {
    const { log, lines } = capture();
    const circle: Record<string, unknown> = { list: Array.from({ length: 10_000 }, () => 1) };
    circle.self = circle;
    log.info(circle, 'round');
    expect((lines[0] ?? '').length).toBeLessThan(5_000);
  });

  it('is silent below its level, and readable when asked', () => {
    const { log, lines } = capture({ level: 'info', pretty: true });
    log.debug({}, 'unheard');
    log.info({ port: 4000 }, 'listening');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}listening \{"port":4000\}\n$/);
  });
});
