import { type App, createApp } from '../../src/app.ts';
import { insertApiKey } from '../../src/auth/api-key.ts';
import { signMemberToken } from '../../src/auth/member-token.ts';
import type { ApiKeyRole } from '../../src/auth/viewer.ts';
import { loadConfig } from '../../src/config.ts';
import { createGraphqlServer } from '../../src/http/yoga.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createProgram } from '../../src/programs/create-program.ts';
import { createTestDatabase } from './database.ts';

/** Jobs run by the real clock; tests run them when theirs says so (`runJob`). */
const jobsOff = { TALLYMARK_JOBS: '0' };

/** A whole Tallymark in this process, on a database of its own. */
export type TestApp = {
  readonly app: App;
  readonly databaseUrl: string;
  /** Asks over the same path as HTTP, without a socket. `data` is loosely typed on purpose. */
  ask(credential: string | undefined, query: string, variables?: object): Promise<Answer>;
  close(): Promise<void>;
};

export type Answer = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
  readonly data: any;
  readonly errors:
    | readonly {
        message: string;
        path?: (string | number)[];
        extensions: { code: string; field?: string };
      }[]
    | undefined;
};

export async function createTestApp(
  options: { clock?: Clock; env?: Record<string, string> } = {},
): Promise<TestApp> {
  const { clock = systemClock, env = {} } = options;
  const database = await createTestDatabase();
  const config = loadConfig({
    DATABASE_URL: database.url,
    LOG_LEVEL: 'silent',
    PORT: '0',
    ...jobsOff,
    ...env,
  });
  const app = await createApp(config, {
    log: createLog({ level: 'silent' }),
    clock,
    purpose: 'serve',
  });
  return {
    app,
    databaseUrl: database.url,
    ask: asker(app),
    async close() {
      await app.close();
      await database.drop();
    },
  };
}

/** Asks an app as HTTP would. */
export function asker(app: App): TestApp['ask'] {
  const yoga = createGraphqlServer(app);
  return async (credential, query, variables = {}) => {
    const response = await yoga.fetch('http://test/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as Pick<Answer, 'data' | 'errors'>;
    return { status: response.status, data: body.data, errors: body.errors };
  };
}

/** A program with a key of each role. */
export type TestProgram = {
  readonly id: number;
  readonly key: string;
  readonly keys: Readonly<Record<Lowercase<ApiKeyRole>, string>>;
  /** A token of a member, by external id. */
  token(externalId: string): Promise<string>;
};

let programs = 0;

export async function createTestProgram(
  app: App,
  options: { zone?: string; dayStartMinutes?: number } = {},
): Promise<TestProgram> {
  programs += 1;
  const key = `program-${programs}`;
  const { zone = 'Europe/Rome', dayStartMinutes } = options;
  const now = app.clock.now();
  const create = () => createProgram(app.db, { key, name: key, zone, dayStartMinutes }, now);
  // Interactive transactions end after 2 s, which a busy machine may need for one: nothing is left.
  const { id, operatorKey } = await create().catch(create).catch(create);
  const make = async (role: ApiKeyRole) =>
    (await insertApiKey(app.db, { programId: id, role, name: role }, now)).text;
  const { tokenSecret } = await app.db.program.findUniqueOrThrow({ where: { id } });
  return {
    id,
    key,
    keys: {
      operator: operatorKey,
      service: await make('SERVICE'),
      partner: await make('PARTNER'),
      screen: await make('SCREEN'),
    },
    token: (externalId) =>
      signMemberToken(
        {
          programKey: key,
          externalId,
          issuedAt: now,
          expiresAt: new Date(now.getTime() + 3_600_000),
        },
        tokenSecret,
      ),
  };
}

/** Runs a job now, as the schedule would. */
export async function runJob(app: App, name: string): Promise<number> {
  const job = app.jobs.find((one) => one.name === name);
  if (job === undefined) throw new Error(`there is no job ${name}`);
  return job.run();
}
