import { describe, expect, it } from 'vitest';
import { BUS_MESSAGE_BYTES_MAX, type Bus, createLocalBus } from '../../src/platform/bus.ts';
import type { Log } from '../../src/platform/log.ts';

function setUp() {
  const lines: string[] = [];
  const note = (_facts: object, message: string) => void lines.push(message);
  const log: Log = { info: note, warn: note, error: note };
  const bus: Bus = createLocalBus(log);
  const messages: unknown[] = [];
  bus.subscribe((message) => messages.push(message));
  return { bus, lines, messages };
}
const later = () => new Promise((resolve) => setTimeout(resolve, 1));

describe('the local bus', () => {
  it('delivers after the caller has finished, as the JSON it was when published', async () => {
    const { bus, messages } = setUp();
    const message = { n: 1, at: new Date(0) };
    bus.publish(message);
    message.n = 2;
    expect(messages).toEqual([]);
    await Promise.resolve();
    expect(messages).toEqual([{ n: 1, at: '1970-01-01T00:00:00.000Z' }]);
    await bus.close();
    bus.publish({ n: 3 });
    await later();
    expect(messages).toHaveLength(1);
    expect(bus.stats).toEqual({ published: 1, received: 1, junk: 0, dropped: 0, gaps: 0 });
  });

  it('logs a listener that throws or rejects, and serves the others', async () => {
    const { bus, lines, messages } = setUp();
    bus.subscribe(() => {
      throw new Error('first');
    });
    bus.subscribe(async () => {
      throw new Error('second');
    });
    const leave = bus.subscribe(() => messages.push('left'));
    leave();
    bus.publish({ n: 1 });
    await later();
    expect(messages).toEqual([{ n: 1 }]);
    expect(lines).toEqual(Array(2).fill('a listener of the bus failed'));
  });

  it.each([
    ['a circle', Object.assign({}, { self: {} as unknown })],
    ['a bigint', { n: 1n }],
    ['a text', 'text'],
    ['a list', [1]],
    ['nothing', undefined],
    ['null', null],
    ['too large', { text: 'x'.repeat(BUS_MESSAGE_BYTES_MAX) }],
    ['too large in bytes', { text: '€'.repeat(BUS_MESSAGE_BYTES_MAX / 3) }],
  ])('drops %s with a gap instead of throwing', async (name, message) => {
    if (name === 'a circle') Object.assign(message as object, { self: message });
    const { bus, lines, messages } = setUp();
    bus.publish(message);
    await later();
    expect(messages).toEqual([]);
    expect(bus.stats).toMatchObject({ published: 0, dropped: 1, gaps: 1 });
    expect(lines).toEqual(['a message for the bus was dropped']);
  });
});
