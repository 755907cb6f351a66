import { setTimeout as sleep } from 'node:timers/promises';
import { Presets, SingleBar } from 'cli-progress';
import { CliProblem } from './problem.ts';

/** Who takes the rows of a file; `settle` resolves when all are done. */
export type Taker<Row> = { take(rows: readonly Row[]): Promise<void>; settle(): Promise<void> };

/** Reads a file into the taker; Ctrl-C ends it in order, after the rows already taken. */
export async function feedFile<Row>(
  bytes: number,
  read: (onBytes: (bytes: number) => void) => AsyncIterable<readonly Row[]>,
  taker: Taker<Row>,
): Promise<void> {
  const bar = progressBar(bytes);
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    for await (const rows of read((done) => bar?.increment(done))) {
      await taker.take(rows);
      if (interrupted) break;
      await sleep(0); // Lets signals and timers through where no row waits for anything.
    }
    await taker.settle();
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    bar?.stop();
  }
  if (interrupted) throw new CliProblem('interrupted; run the same command again to go on');
}

function progressBar(bytes: number): SingleBar | undefined {
  if (!process.stderr.isTTY || bytes === 0) return undefined;
  const format = 'importing [{bar}] {percentage}% | {eta_formatted} left';
  const options = { stream: process.stderr, format, hideCursor: true, clearOnComplete: true };
  const bar = new SingleBar(options, Presets.shades_classic);
  bar.start(bytes, 0);
  return bar;
}
