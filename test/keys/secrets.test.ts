/** A key’s secret is in the answer that makes it, and nowhere else: no log line, no table. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { createLog } from '../../src/platform/log.ts';
import {
  asker,
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { run, statusOf } from './support.ts';

let test: TestApp;
let logging: TestApp;
let program: TestProgram;
const lines: string[] = [];

beforeAll(async () => {
  test = await createTestApp();
  program = await createTestProgram(test.app);
  const log = createLog({
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
  });
  const app: App = await createApp(test.app.config, { log, purpose: 'serve' });
  logging = { ...test, app, ask: asker(app), close: () => app.close() };
});
afterAll(async () => {
  await logging.close();
  await test.close();
});

it('is kept by nobody', async () => {
  const { operator } = program.keys;
  const made = await run(logging, operator, 'createApiKey', { role: 'SERVICE', name: 'till' });
  const { id } = made.apiKey;
  const next = await run(logging, operator, 'rotateApiKey', { keyId: id });
  await run(logging, operator, 'revokeApiKey', { keyId: next.apiKey.id });
  const given = [made.secretKey, next.secretKey, operator];
  for (const key of given) {
    await statusOf(logging, key);
    await statusOf(logging, `${key}x`);
    await statusOf(logging, `${key} x`);
  }
  const { rows: tables } = await test.app.pool.query<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  let dump = '';
  for (const { name } of tables) {
    const { rows } = await test.app.pool.query(`select x::text as row from ${name} x`);
    dump += JSON.stringify(rows);
  }
  expect(dump).toContain(id);
  for (const text of [dump, lines.join('')]) {
    for (const key of given) {
      const secret = key.slice(-43);
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('hex'));
      expect(text).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
    }
  }
});
