import process from 'node:process';
import { runCommandLine } from './cli/commands.ts';

/** ENTRY of `npx tallymark`. The exit code is set, not forced: what is on its way out is written. */
process.exitCode = await runCommandLine(process.argv.slice(2), process.env);
