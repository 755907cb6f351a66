import type { App } from '../app.ts';
import { type ProgramConfig, ProgramConfigs } from '../programs/config.ts';
import { type FileRow, readCheckIns } from './check-in-file.ts';
import { fileSize } from './csv-file.ts';
import { feedFile, type Taker } from './feed-file.ts';
import { ImportDryRun } from './import-dry-run.ts';
import { ImportRun } from './import-run.ts';
import { ImportTally, KEPT_REJECTIONS_MAX, SHOWN_REJECTIONS_MAX } from './import-tally.ts';
import { count, type Output, seconds } from './output.ts';
import { CliProblem } from './problem.ts';
import { waitForStandings } from './wait-for-standings.ts';
import { type Env, requireProgram, withApp } from './with-app.ts';

export type ImportFlags = {
  readonly program: string;
  readonly dryRun?: true;
  readonly allowRejects?: true;
};

/**
 * `tallymark import check-ins`: takes over check-ins of any age, enrolling whoever is no member
 * yet. Repeating it changes nothing, so what was broken off is continued by running it again.
 */
export async function importCheckIns(
  env: Env,
  output: Output,
  file: string,
  flags: ImportFlags,
): Promise<boolean> {
  const bytes = await fileSize(file);
  return withApp(env, async (app) => {
    const { id, key } = await requireProgram(app, flags.program);
    const tally = new ImportTally(output.json ? KEPT_REJECTIONS_MAX : SHOWN_REJECTIONS_MAX);
    const startedAt = performance.now();
    const feed = (taker: Taker<FileRow>) =>
      feedFile(bytes, (onBytes) => readCheckIns(file, onBytes), taker);
    if (flags.dryRun) await ImportDryRun.with(app, id, tally, feed);
    else await feed(new ImportRun(app, await programConfig(app, id), tally));
    const ms = performance.now() - startedAt;
    if (!flags.dryRun) await waitForStandings(app, output);
    report(output, tally, { program: key, dryRun: flags.dryRun === true, ms });
    if (tally.rejected === 0 || flags.allowRejects) return true;
    output.problem(`${file}: ${count(tally.rejected)} of ${count(tally.rows)} rows were rejected`);
    return false;
  });
}

async function programConfig(app: App, id: number): Promise<ProgramConfig> {
  const version = -1; // None is so old: this loads the rules as they are now.
  const config = (await new ProgramConfigs().current(app.pool, new Map([[id, version]]))).get(id);
  if (config === undefined) throw new CliProblem('the program was removed');
  return config;
}

function report(
  output: Output,
  tally: ImportTally,
  { program, dryRun, ms }: { program: string; dryRun: boolean; ms: number },
): void {
  const { rows, accepted, duplicates, rejected, membersEnrolled, pointsAwarded } = tally;
  const rowsPerSecond = Math.round(rows / (ms / 1000));
  const { rejections } = tally;
  const shown = rejections.slice(0, SHOWN_REJECTIONS_MAX);
  const lines = shown.map(
    ({ line, field, reason }) => `line ${line}: ${field === null ? '' : `${field}: `}${reason}`,
  );
  if (rejected > shown.length) lines.push(`… and ${count(rejected - shown.length)} more`);
  const kinds = `${count(accepted)} accepted, ${count(duplicates)} duplicates, ${count(rejected)} rejected`;
  output.result(
    {
      ...{ program, dryRun, rows, accepted, duplicates, rejected, membersEnrolled, pointsAwarded },
      ...{ seconds: Math.round(ms) / 1000, rowsPerSecond, rejections },
      rejectionsOmitted: rejected - rejections.length,
    },
    [
      `${dryRun ? 'dry run, nothing is written: ' : ''}${count(rows)} rows: ${kinds}`,
      `${count(membersEnrolled)} members enrolled, ${count(pointsAwarded)} points awarded`,
      `${seconds(ms)}, ${count(rowsPerSecond)} rows/s`,
      ...lines,
    ],
  );
}
