import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import type { ClientMode } from '../generated/prisma/enums.ts';
import { type CheckFlags, checkOperations } from './check-operations.ts';
import { type ImportFlags, importCheckIns } from './import-check-ins.ts';
import { type ImportCodesFlags, importCodes } from './import-codes.ts';
import { addIdentityProviders, addKeys } from './key-commands.ts';
import { type MigrateFlags, migrate } from './migrate.ts';
import {
  type ClientFlags,
  diff,
  list,
  type ModeFlags,
  push,
  retire,
  setMode,
} from './operations.ts';
import { createOutput, type Output } from './output.ts';
import { CliProblem, problemLine } from './problem.ts';
import { type CreateProgramFlags, createProgram } from './programs.ts';
import { type RateLimitFlags, rateLimit } from './rate-limits.ts';
import { printToken, type TokenFlags } from './token.ts';
import { type TokenSecretFlags, tokenSecret } from './token-secret.ts';
import type { Add, Does } from './tree.ts';
import {
  CLIENT_MODES,
  parseClientMode,
  parseCostMax,
  parseDayStart,
  parseDuration,
  parseInstant,
  parseLateness,
  parseRateHolder,
  parseRewardId,
  parseUnits,
  RATE_HOLDERS,
} from './values.ts';
import { type VerifyFlags, verify } from './verify.ts';
import type { Env } from './with-app.ts';

/** Runs a command line (without node and script); returns the exit code. */
export async function runCommandLine(args: readonly string[], env: Env): Promise<number> {
  let exitCode = 0;
  const program = commandTree(env, (ok) => {
    if (!ok) exitCode = 1;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // Help and version end here too, with code 0; commander has said what there is to say.
    if (error instanceof CommanderError) return error.exitCode;
    const line = problemLine(error);
    if (line === undefined) console.error(error);
    else createOutput(false).problem(line);
    return 1;
  }
  return exitCode;
}

/** Every command with its options. `onEnd` hears whether it found all well. */
function commandTree(env: Env, onEnd: (ok: boolean) => void): Command {
  const root = new Command('tallymark')
    .description('Points, check-ins, streaks and live leaderboards behind one GraphQL API.')
    .version(ownVersion())
    .option('--json', 'print one JSON document instead of text')
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, 'tallymark:')) })
    .exitOverride();

  /** Binds a command to its work, which may say that it found something wrong. */
  const does = <Args extends unknown[]>(
    command: Command,
    work: (output: Output, ...args: Args) => Promise<unknown>,
  ) =>
    command.action(async (...args: unknown[]) => {
      const output = createOutput(root.opts().json === true);
      onEnd((await work(output, ...(args as Args))) !== false);
    });

  const add = (parent: Command, usage: string, description: string) =>
    parent.command(usage).description(description);

  does(add(root, 'serve', 'run the server'), async () => {
    const { serve } = await import('../main.ts');
    await serve(env);
  });
  does(
    add(root, 'migrate', 'bring the database up to date').option(
      '--check',
      'apply nothing; say what is missing, and exit 1 when anything is',
    ),
    (output, flags: MigrateFlags) => migrate(env, output, flags),
  );

  addPrograms(root, add, does, env);
  addKeys(root, add, does, env);
  addIdentityProviders(root, add, does, env);
  addOperations(root, add, does, env);
  addImports(root, add, does, env);
  does(
    add(root, 'verify', 'recompute ledger, balances, streaks and boards, and compare')
      .option('--program <key>', 'only this program')
      .option('--checkpoint <file>', 'write a signed list of every chain’s end')
      .option('--against <file>', 'prove that nothing was cut off since that list was written'),
    (output, flags: VerifyFlags) => verify(env, output, flags),
  );
  return root;
}

function addImports(root: Command, add: Add, does: Does, env: Env): void {
  const imports = add(root, 'import', 'take over data from elsewhere');
  does(
    add(imports, 'check-ins', 'take over check-ins from a CSV file: memberExternalId,occurredAt')
      .argument('<file>', 'the CSV file, UTF-8')
      .requiredOption('--program <key>', 'the program they belong to')
      .option('--dry-run', 'say what it would do, and write nothing')
      .option('--allow-rejects', 'exit 0 even when lines were rejected'),
    (output, file: string, flags: ImportFlags) => importCheckIns(env, output, file, flags),
  );
  does(
    add(imports, 'codes', 'add the codes of a file to a COUPON: one a line, or of a CSV column')
      .argument('<file>', 'the file, UTF-8')
      .requiredOption('--program <key>', 'the program of the reward')
      .requiredOption('--reward <id>', 'id of the reward, as the API shows it', parseRewardId)
      .option('--column <name>', 'the column that holds the codes; the first line names it')
      .option('--no-header', 'the file is a plain list, however its lines look')
      .option('--dry-run', 'say what it would do, and write nothing')
      .option('--allow-rejects', 'exit 0 even when lines were rejected'),
    (output, file: string, flags: ImportCodesFlags) => importCodes(env, output, file, flags),
  );
}

function addOperations(root: Command, add: Add, does: Does, env: Env): void {
  const group = add(root, 'operations', 'persisted operations: what clients may send by id');
  const ofClient = (command: Command) =>
    command
      .requiredOption('--program <key>', 'the program')
      .requiredOption('--client <name>', 'whose they are');
  does(
    ofClient(
      add(group, 'push', 'register the operations of a manifest; the first push makes the client'),
    ).argument('<file>', 'as Relay, Apollo, graphql-codegen or gql.tada wrote it'),
    (output, file: string, flags: ClientFlags) => push(env, output, file, flags),
  );
  does(
    add(group, 'list', 'list what clients have registered')
      .requiredOption('--program <key>', 'the program')
      .option('--client <name>', 'only of this client'),
    (output, flags: { program: string; client?: string }) => list(env, output, flags),
  );
  does(
    ofClient(add(group, 'diff', 'say what a push would do, and write nothing')).argument(
      '<file>',
      'the manifest',
    ),
    (output, file: string, flags: ClientFlags) => diff(env, output, file, flags),
  );
  does(
    ofClient(add(group, 'retire', 'end operations; a push brings them back'))
      .argument('<id...>', 'their ids, with or without sha256:')
      .option('--at <date>', 'from when on; now unless set', parseInstant),
    (output, ids: string[], flags: ClientFlags & { at?: Date }) => retire(env, output, ids, flags),
  );
  does(
    add(group, 'mode', 'say what the callers of a client may run')
      .argument('<client>', 'its name')
      .argument('<mode>', CLIENT_MODES.join(', '), parseClientMode)
      .requiredOption('--program <key>', 'the program')
      .option('--cost-max <objects>', 'ceiling of an operation, or none', parseCostMax),
    (output, client: string, mode: ClientMode, flags: ModeFlags) =>
      setMode(env, output, client, mode, flags),
  );
  does(
    add(group, 'check', 'say which operations in use another schema would break')
      .requiredOption('--schema <file>', 'the schema, in SDL')
      .option('--program <key>', 'only of this program'),
    (output, flags: CheckFlags) => checkOperations(env, output, flags),
  );
}

function addPrograms(root: Command, add: Add, does: Does, env: Env): void {
  const programs = add(root, 'program', 'programs: the tenants of an installation');
  does(
    add(programs, 'create', 'make a program and print its operator key, this once')
      .requiredOption('--key <key>', 'its short name')
      .requiredOption('--name <name>', 'its name')
      .requiredOption('--zone <zone>', 'IANA zone in which its days are counted')
      .option('--day-start <HH:MM>', 'when its days begin', parseDayStart, 0)
      .option('--lateness <hours>', 'how late facts may come, 72 unless set', parseLateness),
    (output, flags: CreateProgramFlags) => createProgram(env, output, flags),
  );
  does(
    add(programs, 'token-secret', 'print what your backend signs member tokens with')
      .requiredOption('--program <key>', 'the program')
      .option('--rotate', 'replace it first: tokens signed with the old one end within 5 s'),
    (output, flags: TokenSecretFlags) => tokenSecret(env, output, flags),
  );
  does(
    add(programs, 'rate-limit', 'set what each caller of a role or client may spend, or show it')
      .requiredOption('--program <key>', 'the program')
      .option('--role <role>', RATE_HOLDERS.join(', '), parseRateHolder)
      .option('--client <name>', 'rather each caller of this client')
      .option('--per-second <units>', 'units that come back a second', parseUnits)
      .option('--burst <units>', 'units that may be spent at once', parseUnits)
      .option('--default', 'take away what was set'),
    (output, flags: RateLimitFlags) => rateLimit(env, output, flags),
  );
  does(
    add(root, 'token', 'sign a member token for development')
      .requiredOption('--program <key>', 'the member’s program')
      .requiredOption('--member <external-id>', 'the program’s own id for the member')
      .option('--client <name>', 'the client that it is given to')
      .addOption(
        new Option('--expires-in <duration>', 'like 90s, 15m, 12h, 30d')
          .argParser(parseDuration)
          .default(86_400_000, '24h'),
      ),
    (output, flags: TokenFlags) => printToken(env, output, flags),
  );
}

/** The version in package.json, which lies two folders up from here in src/ and in dist/. */
function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version?: unknown };
  if (typeof version !== 'string') throw new CliProblem('package.json names no version');
  return version;
}
