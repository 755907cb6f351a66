import { SettingError } from '../config.ts';
import { classifyFault } from '../platform/conflicts.ts';
import { EmbeddedPostgresError } from '../platform/embedded-postgres.ts';
import { MigrationError } from '../platform/migrate.ts';
import { IdempotencyKeyReused, InputError, Refusal, Unavailable } from '../platform/refusal.ts';

/** Something the caller can put right: told in one line, without a stack. */
export class CliProblem extends Error {}

const EXPECTED = [
  CliProblem,
  SettingError,
  InputError,
  Refusal,
  IdempotencyKeyReused,
  Unavailable,
  EmbeddedPostgresError,
  MigrationError,
];

/** Wrong password, no such role, database or right: the settings are wrong, not the program. */
const ACCESS_STATE = /^(28...|3D000|42501)$/;

/** The one line for an expected problem; undefined when the error is a bug of ours. */
export function problemLine(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  if (EXPECTED.some((kind) => error instanceof kind)) return oneLine(error.message);
  if (ACCESS_STATE.test(code)) return oneLine(`DATABASE_URL: ${error.message}`);
  if (classifyFault(error) === 'unavailable') {
    // Prisma puts the reason last, behind where it was called.
    const reason = error.message.trim().split('\n').at(-1) || code;
    return oneLine(`the database does not answer: ${reason}`);
  }
  return undefined;
}

/** Why a file could not be opened, read or written; anything else is thrown on. */
export function fileProblem(file: string, error: unknown): CliProblem {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new CliProblem(`${file}: there is no such file`);
  if (code === 'EISDIR') return new CliProblem(`${file}: is a folder, not a file`);
  if (code === 'EACCES') return new CliProblem(`${file}: may not be opened by this user`);
  if (code?.startsWith('E')) return new CliProblem(`${file}: ${message}`);
  throw error;
}

const oneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ').trim();
