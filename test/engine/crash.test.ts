import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { insertApiKey } from '../../src/auth/api-key.ts';
import { createPool, createPrisma, type Pool } from '../../src/platform/db.ts';
import { createProgram } from '../../src/programs/create-program.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { findBreaches } from '../support/invariants.ts';
import { programFile } from '../support/program-file.ts';

const ROUNDS = 5;
const root = path.join(import.meta.dirname, '../..');
let database: TestDatabase;
let pool: Pool;
let key: string;
let child: ChildProcess | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, () => {});
  const db = createPrisma(pool);
  const program = { key: 'crash', name: 'Crash', zone: 'UTC' };
  const { id } = await createProgram(db, program, new Date());
  key = (await insertApiKey(db, { programId: id, role: 'SERVICE', name: 'x' }, new Date())).text;
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await pool.end();
  await database.drop();
});

/** Starts a real server process; resolves with its URL when it says that it listens. */
async function startServer(): Promise<string> {
  const env = {
    ...process.env,
    ...{
      DATABASE_URL: database.url,
      PORT: '0',
      TALLYMARK_DEMO: '0',
      LOG_LEVEL: 'info',
      REDIS_URL: '',
    },
  };
  const server = spawn(process.execPath, programFile('main'), {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = server;
  let complaints = '';
  server.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  for await (const line of createInterface({ input: server.stdout })) {
    const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
    if (msg === 'listening' && url !== undefined) return url;
  }
  throw new Error(`the server ended: ${complaints}`);
}

async function kill(): Promise<void> {
  const server = child;
  if (server === undefined) return;
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}

type Call = { readonly field: string; readonly input: object };

/** Sends a command; its payload when it was acknowledged, undefined when nobody can say. */
async function post(url: string, { field, input }: Call) {
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}`;
  const query = `mutation ($input: ${type}Input!) { ${field}(input: $input) {
    __typename ... on Payload { replayed member { externalId } } ... on Refusal { code } } }`;
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const { data } = (await response.json()) as {
      data?: Record<string, { replayed?: boolean; code?: string }>;
    };
    return data?.[field];
  } catch {
    return undefined;
  }
}

it('kill -9 in the middle of load, five times: nothing acknowledged is lost, nothing is doubled', async () => {
  const acknowledged = new Set<string>();
  const unknown = new Map<string, Call>();
  let members = 0;
  /** Enrols members and checks each of them in, until the server is gone. */
  const worker = async (url: string, running: () => boolean) => {
    while (running()) {
      members += 1;
      const externalId = `member-${members}`;
      const calls: Call[] = [
        { field: 'enrolMember', input: { externalId, idempotencyKey: externalId } },
        { field: 'checkIn', input: { member: { externalId }, idempotencyKey: externalId } },
        {
          field: 'recordActivity',
          input: { member: { externalId }, type: 'a', idempotencyKey: externalId },
        },
      ];
      for (const call of calls) {
        const payload = await post(url, call);
        const name = `${call.field} ${externalId}`;
        if (payload?.replayed === false) acknowledged.add(name);
        else unknown.set(name, call);
        if (payload === undefined) break;
      }
    }
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const url = await startServer();
    // What the last kill left open is asked again first, and is done once.
    for (const [name, call] of unknown) {
      const payload = await post(url, call);
      expect(payload?.code ?? 'done').toBe('done');
      acknowledged.add(name);
      unknown.delete(name);
    }
    let running = true;
    const before = acknowledged.size;
    const workers = Array.from({ length: 20 }, () => worker(url, () => running));
    const until = performance.now() + 10_000;
    while (acknowledged.size < before + 150 && performance.now() < until) await sleep(20);
    await kill();
    running = false;
    await Promise.all(workers);
    expect(acknowledged.size).toBeGreaterThan(before + 30);
  }
  console.info(`kill -9: ${acknowledged.size} acknowledged, ${unknown.size} open at the last kill`);
  const { rows } = await pool.query(
    `select 'enrolMember ' || external_id as name, count(*) as times from member group by 1
     union all select 'checkIn ' || external_id, count(*) from check_in join member m on m.id = member_id group by 1
     union all select 'recordActivity ' || external_id, count(*) from activity join member m on m.id = member_id group by 1`,
  );
  const found = new Map(rows.map(({ name, times }) => [name, times]));
  for (const name of acknowledged) expect([name, found.get(name)]).toEqual([name, 1]);
  for (const [name, times] of found) {
    expect(times).toBe(1);
    expect(acknowledged.has(name) || unknown.has(name)).toBe(true);
  }
  const { rows: paid } = await pool.query(
    `select count(*) as wrong from account a where balance <> 10 * (select count(*) from check_in c
     where c.member_id = a.member_id)`,
  );
  expect(paid).toEqual([{ wrong: 0 }]);
  expect(await findBreaches(pool)).toEqual([]);
}, 180_000);
