/** Rules in memory: what one batch loads never changes them under another. */
import { expect, it } from 'vitest';
import type { PoolClient } from '../../src/platform/db.ts';
import { ProgramConfigs } from '../../src/programs/config.ts';

/** A connection that answers with these versions when it is told to. */
function connection(version: number) {
  const config = { id: 1, key: 'p', version, zone: 'UTC', versions: [] };
  let answer = () => {};
  const told = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const query = async () => {
    await told;
    return { rows: [{ config }] };
  };
  return { client: { query } as unknown as PoolClient, answer: () => answer() };
}

it('an older answer that comes later does not replace a newer one', async () => {
  const configs = new ProgramConfigs();
  const [slow, fast] = [connection(2), connection(3)];
  const older = configs.current(slow.client, new Map([[1, 2]]));
  const newer = configs.current(fast.client, new Map([[1, 3]]));
  fast.answer();
  expect((await newer).get(1)?.version).toBe(3);
  slow.answer();
  await older;
  const idle = connection(4);
  expect((await configs.current(idle.client, new Map([[1, 3]]))).get(1)?.version).toBe(3);
});

it('whoever asked keeps what they got', async () => {
  const configs = new ProgramConfigs();
  const [first, second] = [connection(1), connection(2)];
  first.answer();
  second.answer();
  const mine = await configs.current(first.client, new Map([[1, 1]]));
  await configs.current(second.client, new Map([[1, 2]]));
  expect(mine.get(1)?.version).toBe(1);
});

it('a program that is not known is loaded, whatever version is asked for', async () => {
  const { client, answer } = connection(1);
  answer();
  const configs = await new ProgramConfigs().current(client, new Map([[1, -1]]));
  expect(configs.get(1)?.version).toBe(1);
});
