/** How the tree of commands is built. */
import type { Command } from 'commander';
import type { Output } from './output.ts';

/** Adds a command, or a group of them. */
export type Add = (parent: Command, usage: string, description: string) => Command;

/** Binds a command to its work. */
export type Does = <Args extends unknown[]>(
  command: Command,
  work: (output: Output, ...args: Args) => Promise<unknown>,
) => Command;
