/** Measured processes: started one by one, asked over IPC, stopped by their handle. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { buildDir } from './build.ts';

/** A process of ours. */
export type Child = {
  readonly pid: number;
  /** Sends a message and waits for the answer. One question at a time. */
  ask<Answer>(message: unknown): Promise<Answer>;
  stop(): Promise<void>;
};

const STOP_MS = 15_000;

/** The flags of `npm start`. Every measured process gets them, the baselines too. */
function nodeFlags(): readonly string[] {
  const file = path.resolve(import.meta.dirname, '../../package.json');
  const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { scripts: { start: string } };
  return scripts.start.match(/--\S+/g) ?? [];
}

/** Starts a built script (such as 'bench/cases/engine.js') and waits until it says it is ready. */
export async function startChild(
  script: string,
  env: Readonly<Record<string, string>>,
  execArgv: readonly string[] = [],
  execPath: string = process.execPath,
): Promise<Child> {
  const child = fork(path.resolve(buildDir, script), [], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    execPath,
    execArgv: [...nodeFlags(), ...execArgv],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await nextMessage(child, script);
  return {
    pid: child.pid ?? 0,
    async ask<Answer>(message: unknown) {
      const answer = nextMessage(child, script);
      child.send(message as object);
      return (await answer) as Answer;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(late);
    },
  };
}

function nextMessage(child: ChildProcess, script: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`${script} ended (${code})`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

/** In a child: says that it is ready, and answers each message in turn. */
export function serveParent<Message>(answer: (message: Message) => Promise<unknown>): void {
  process.on('message', (message) => {
    answer(message as Message).then(
      (reply) => process.send?.(reply ?? {}),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.('ready');
}
