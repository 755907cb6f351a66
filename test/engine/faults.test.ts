import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { codeOf, enrol, send } from '../support/commands.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { findBreaches } from '../support/invariants.ts';
import { type Cut, type CuttingProxy, startCuttingProxy } from './proxy.ts';

let test: TestApp;
let program: TestProgram;
let direct: pg.Client;
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A Tallymark with `count` members, whose database can also be asked past any proxy. */
async function start(count: number, databaseUrl?: string, appUrl?: string) {
  test = await createTestApp(appUrl === undefined ? {} : { env: { DATABASE_URL: appUrl } });
  closers.push(() => test.close());
  direct = new pg.Client({ connectionString: databaseUrl ?? test.databaseUrl });
  direct.on('error', () => {});
  await direct.connect();
  closers.push(() => direct.end());
  program = await createTestProgram(test.app);
  const members = Array.from({ length: count }, (_, index) => `member-${index}`);
  for (const member of members) await enrol(test, program.keys.service, member);
  return members;
}

/** Adds a point; the answer's code, or 'done' or 'replayed'. */
async function addPoint(externalId: string, idempotencyKey?: string): Promise<string> {
  const input = { member: { externalId }, amount: 1, reason: 'r', idempotencyKey };
  const answer = await send(test, program.keys.operator, 'adjustPoints', input);
  const code = codeOf(answer, 'adjustPoints');
  return code ?? (answer.data.adjustPoints.replayed ? 'replayed' : 'done');
}

/** How often each key's point was booked, by key. */
async function bookings(): Promise<Map<string, number>> {
  const { rows } = await direct.query(
    "select idempotency_key as key, count(*)::int as times from ledger_entry where kind = 'ADJUSTMENT' group by 1",
  );
  return new Map(rows.map(({ key, times }) => [key, times]));
}

describe('killed backends under load', () => {
  it('no acknowledged command is lost, none is done twice, the others are told', async () => {
    const members = await start(30);
    const acknowledged: string[] = [];
    const codes: Record<string, number> = {};
    let running = true;
    let sequence = 0;
    /** Asks until it is done, under one key. */
    const worker = async (member: string) => {
      while (running) {
        sequence += 1;
        const key = `key-${sequence}`;
        for (;;) {
          const code = await addPoint(member, key);
          codes[code] = (codes[code] ?? 0) + 1;
          if (code === 'done' || code === 'replayed') break;
        }
        acknowledged.push(key);
      }
    };
    const workers = members.map((member) => worker(member));
    for (let round = 0; round < 20; round += 1) {
      await sleep(100 + 10 * round);
      await direct.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      );
    }
    running = false;
    await Promise.all(workers);
    console.info(`killed backends: ${JSON.stringify(codes)}`);
    expect(
      Object.keys(codes).filter((code) => !/^(done|replayed|SERVICE_UNAVAILABLE)$/.test(code)),
    ).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(30);
    const booked = await bookings();
    expect(booked.size).toBe(acknowledged.length);
    for (const key of acknowledged) expect(booked.get(key)).toBe(1);
    expect(await findBreaches(test.app.pool)).toEqual([]);
  }, 60_000);
});

describe('a connection cut around COMMIT', () => {
  let database: TestDatabase;
  let proxy: CuttingProxy;
  let members: string[];

  async function startBehindProxy() {
    database = await createTestDatabase();
    closers.push(() => database.drop());
    proxy = await startCuttingProxy(database.url);
    closers.push(() => proxy.close());
    members = await start(12, database.url, proxy.url(database.url));
  }

  it.each<Cut>(['before', 'after', 'later'])(
    '%s it: every command of the batch is reported done, and is, once',
    async (cut) => {
      await startBehindProxy();
      for (let round = 1; round <= 4; round += 1) {
        proxy.arm(cut);
        const codes = await Promise.all(members.map((member) => addPoint(member))); // No key: nothing but the engine helps.
        expect(codes).toEqual(members.map(() => 'done'));
        expect(proxy.cuts).toBe(round);
        expect(await bookings()).toEqual(new Map([[null, members.length * round]]));
      }
      expect(await findBreaches(test.app.pool)).toEqual([]);
    },
  );

  it.each<Cut>(['after, then dark', 'before, then dark'])(
    '%s: the caller is told to ask again, and then it is done once',
    async (cut) => {
      await startBehindProxy();
      proxy.arm(cut);
      const sent = members.map((member) => addPoint(member, `${member}-${cut}`));
      expect(await Promise.all(sent)).toEqual(members.map(() => 'SERVICE_UNAVAILABLE'));
      expect(proxy.cuts).toBe(1);
      proxy.lighten();
      const again = await Promise.all(
        members.map((member) => addPoint(member, `${member}-${cut}`)),
      );
      // Those of the batch that was cut, and those of the next one, which met the dark.
      expect(again.filter((code) => code !== 'replayed' && code !== 'done')).toEqual([]);
      expect(again.includes('replayed')).toBe(cut.startsWith('after'));
      expect([...(await bookings()).values()]).toEqual(members.map(() => 1));
      expect(await findBreaches(test.app.pool)).toEqual([]);
    },
  );

  it('a server that falls silent at COMMIT: told within 5 s, then done once', async () => {
    await startBehindProxy();
    proxy.arm('silent');
    const from = performance.now();
    const sent = members.map(async (member) => {
      const code = await addPoint(member, `${member}-silent`);
      return { code, late: performance.now() - from > 5_000 };
    });
    const told = { code: 'SERVICE_UNAVAILABLE', late: false };
    expect(await Promise.all(sent)).toEqual(members.map(() => told));
    expect(proxy.cuts).toBe(1);
    proxy.lighten();
    for (const member of members) {
      let code = await addPoint(member, `${member}-silent`);
      while (code === 'SERVICE_UNAVAILABLE') code = await addPoint(member, `${member}-silent`);
      expect(['done', 'replayed']).toContain(code);
    }
    expect([...(await bookings()).values()]).toEqual(members.map(() => 1));
  });
});
