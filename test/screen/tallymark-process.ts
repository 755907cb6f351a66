/** A real Tallymark with its demo data, in a process that tests may kill and start again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { makeDataDir, removeDataDir } from '../support/data-dir.ts';
import { createTestDatabase } from '../support/database.ts';
import { programFile } from '../support/program-file.ts';

type Variables = Readonly<Record<string, unknown>>;

export type TallymarkProcess = {
  readonly url: string;
  readonly screenKey: string;
  /** Sends an operation with the demo's service key; throws on errors and refusals. */
  call<Data>(query: string, variables?: Variables): Promise<Data>;
  checkIn(externalId: string): Promise<void>;
  enrol(externalId: string, displayName: string): Promise<void>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** Asks it to stop and waits. */
  stop(): Promise<void>;
  /** Starts it again on the same port and database. */
  start(): Promise<void>;
  /** Ends it for good and removes its database. */
  dispose(): Promise<void>;
};

const root = path.join(import.meta.dirname, '../..');
const checkIn = `mutation ($by: MemberBy!) {
  checkIn(input: { member: $by }) { __typename ... on Refusal { message } }
}`;
const enrolMember = `mutation ($input: EnrolMemberInput!) {
  enrolMember(input: $input) { __typename ... on Refusal { message } }
}`;

/** Starts the server on a database of its own and waits until it is ready. */
export async function startTallymark(): Promise<TallymarkProcess> {
  const database = await createTestDatabase();
  const dataDir = await makeDataDir();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: database.url,
    TALLYMARK_DATA_DIR: dataDir,
    TALLYMARK_DEMO: '1',
    LOG_LEVEL: 'warn',
  };
  let child = await launch(env, url);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  const keys = JSON.parse(await readFile(path.join(dataDir, 'demo-keys.json'), 'utf8'));
  const call = <Data>(query: string, variables: Variables = {}) =>
    post<Data>(url, keys.service, query, variables);
  return {
    url,
    screenKey: keys.screen,
    call,
    checkIn: (externalId) => expectPayload(call(checkIn, { by: { externalId } })),
    enrol: (externalId, displayName) =>
      expectPayload(call(enrolMember, { input: { externalId, displayName } })),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async start() {
      child = await launch(env, url);
    },
    async dispose() {
      await end('SIGKILL');
      await database.drop();
      await removeDataDir(dataDir);
    },
  };
}

async function launch(env: NodeJS.ProcessEnv, url: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, programFile('main'), { cwd: root, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-4000);
    });
  }
  for (let attempt = 0; attempt < 250; attempt += 1) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.ok) return child;
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGKILL');
  throw new Error(`the server did not get ready:\n${output}`);
}

async function post<Data>(
  url: string,
  key: string,
  query: string,
  variables: Variables,
): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await response.json()) as { data?: Data; errors?: unknown };
  if (!answer.data || answer.errors) throw new Error(JSON.stringify(answer));
  return answer.data;
}

async function expectPayload(answer: Promise<object>): Promise<void> {
  const [payload] = Object.values(await answer);
  if (!payload.__typename.endsWith('Payload')) throw new Error(JSON.stringify(payload));
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
