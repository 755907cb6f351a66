import type { App } from '../app.ts';
import { limits } from '../limits.ts';
import { maskedCode } from '../rewards/codes.ts';
import { importRewardCodes, noteCodesImport } from '../rewards/import-codes.ts';
import { type CodeRow, readCodeFile, requireList } from './code-file.ts';
import { fileSize } from './csv-file.ts';
import { feedFile } from './feed-file.ts';
import { KEPT_REJECTIONS_MAX, SHOWN_REJECTIONS_MAX } from './import-tally.ts';
import { count, type Output, seconds } from './output.ts';
import { CliProblem } from './problem.ts';
import { ACTOR, type Env, requireProgram, withApp } from './with-app.ts';

export type ImportCodesFlags = {
  readonly program: string;
  /** Id of the reward's row. */
  readonly reward: number;
  readonly column?: string;
  /** False, by --no-header: the file is a plain list, however its lines look. */
  readonly header?: boolean;
  readonly dryRun?: true;
  readonly allowRejects?: true;
};

/**
 * `tallymark import codes`: adds the codes of a file to a COUPON. Repeating it changes nothing, so
 * what was broken off is continued by running it again.
 */
export async function importCodes(
  env: Env,
  output: Output,
  file: string,
  flags: ImportCodesFlags,
): Promise<boolean> {
  const bytes = await fileSize(file);
  const form = { column: flags.column, plain: flags.header === false };
  await requireList(file, form);
  return withApp(env, async (app) => {
    const { id, key } = await requireProgram(app, flags.program);
    const run = new CodesRun(
      app,
      id,
      flags,
      output.json ? KEPT_REJECTIONS_MAX : SHOWN_REJECTIONS_MAX,
    );
    const startedAt = performance.now();
    await feedFile(bytes, (onBytes) => readCodeFile(file, form, onBytes), run);
    await run.finish();
    if (run.rows === 0) throw new CliProblem(`${file}: is empty`);
    const ms = performance.now() - startedAt;
    report(output, run, { program: key, dryRun: flags.dryRun === true, ms });
    if (run.rejected === 0 || flags.allowRejects) return true;
    output.problem(`${file}: ${count(run.rejected)} of ${count(run.rows)} lines were rejected`);
    return false;
  });
}

/**
 * Imports codes a chunk at a time. It remembers all it has seen, so that a dry run counts as the
 * real one does; that takes some 100 MB for a million codes.
 */
class CodesRun {
  accepted = 0;
  /** Lines that repeat an earlier one. */
  duplicates = 0;
  /** Codes that the reward had before. */
  known = 0;
  rejected = 0;
  /** The first and the last line that are accepted. */
  readonly ends: { line: number; code: string }[] = [];
  readonly rejections: { line: number; reason: string }[] = [];
  readonly #app: App;
  readonly #viewer: { readonly kind: 'system'; readonly programId: number; readonly name: string };
  readonly #flags: ImportCodesFlags;
  readonly #kept: number;
  readonly #seen = new Set<string>();
  #chunk: { line: number; code: string }[] = [];
  /** What the audit log was told of: rows are written when codes are. */
  #told = { duplicates: 0, known: 0, rejected: 0 };

  constructor(app: App, programId: number, flags: ImportCodesFlags, kept: number) {
    this.#app = app;
    this.#viewer = { kind: 'system', programId, name: ACTOR };
    this.#flags = flags;
    this.#kept = kept;
  }

  /** Lines = accepted + duplicates + known + rejected (S100). */
  get rows(): number {
    return this.accepted + this.duplicates + this.known + this.rejected;
  }

  async take(rows: readonly CodeRow[]): Promise<void> {
    for (const row of rows) {
      if ('reason' in row) this.#reject([row]);
      else if (this.#seen.has(row.code)) this.duplicates += 1;
      else {
        this.#seen.add(row.code);
        this.#chunk.push(row);
        if (this.#chunk.length === limits.rewardCodesMax) await this.settle();
      }
    }
  }

  /** Imports what is waiting. */
  async settle(): Promise<void> {
    const chunk = this.#chunk;
    this.#chunk = [];
    if (chunk.length === 0) return;
    const done = await importRewardCodes(this.#app, this.#viewer, {
      rewardId: this.#flags.reward,
      codes: chunk.map(({ code }) => code),
      dryRun: this.#flags.dryRun === true,
      besides: this.#untold(),
    });
    this.accepted += done.accepted;
    this.known += done.known;
    this.#reject(
      done.rejections.map(({ line, reason }) => ({ line: chunk[line - 1]?.line ?? 0, reason })),
    );
    if (done.accepted === 0) return;
    const { duplicates, known, rejected } = this;
    this.#told = { duplicates, known, rejected };
    this.#noteEnds(chunk, done.fresh);
  }

  /** Tells the audit log of the lines after the last code, so that its counts are the report's. */
  async finish(): Promise<void> {
    const rest = this.#untold();
    if (this.accepted === 0 || this.#flags.dryRun || !Object.values(rest).some((n) => n > 0))
      return;
    await noteCodesImport(this.#app, this.#viewer, this.#flags.reward, rest);
  }

  #untold() {
    const { duplicates, known, rejected } = this;
    return {
      duplicates: duplicates - this.#told.duplicates,
      known: known - this.#told.known,
      rejected: rejected - this.#told.rejected,
    };
  }

  #noteEnds(chunk: readonly { line: number; code: string }[], fresh: readonly string[]): void {
    const found = [fresh[0], fresh.at(-1)].flatMap(
      (end) => chunk.find(({ code }) => code === end) ?? [],
    );
    this.ends.push(...found);
    this.ends.splice(1, this.ends.length - 2);
  }

  #reject(rejections: readonly { line: number; reason: string }[]): void {
    this.rejected += rejections.length;
    this.rejections.push(...rejections);
    // Lines without a code are found before their chunk is full.
    this.rejections.sort((a, b) => a.line - b.line).splice(this.#kept);
  }
}

function report(
  output: Output,
  run: CodesRun,
  { program, dryRun, ms }: { program: string; dryRun: boolean; ms: number },
): void {
  const { rows, accepted, duplicates, known, rejected, rejections } = run;
  const ends = dryRun ? run.ends.map(({ line, code }) => ({ line, masked: maskedCode(code) })) : [];
  const shown = rejections.slice(0, SHOWN_REJECTIONS_MAX);
  const lines = shown.map(({ line, reason }) => `line ${line}: ${reason}`);
  if (rejected > shown.length) lines.push(`… and ${count(rejected - shown.length)} more`);
  const kinds =
    `${count(accepted)} accepted, ${count(duplicates)} duplicates, ` +
    `${count(known)} known already, ${count(rejected)} rejected`;
  output.result(
    {
      ...{ program, dryRun, rows, accepted, duplicates, known, rejected },
      ...{ seconds: Math.round(ms) / 1000, rejections },
      rejectionsOmitted: rejected - rejections.length,
      ...(dryRun && { firstAndLast: ends }),
    },
    [
      `${dryRun ? 'dry run, nothing is written: ' : ''}${count(rows)} codes: ${kinds}`,
      seconds(ms),
      ...ends.map(({ line, masked }, at) => `${at ? 'last' : 'first'}: line ${line}, ${masked}`),
      ...lines,
    ],
  );
}
