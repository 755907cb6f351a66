/**
 * Says what schema.graphql changes for callers, and fails when it breaks them undeclared.
 *
 * Usage: npm run schema:diff [-- --base REF]
 *
 * The base is where the branch left origin/main, or the last tag. A change that breaks callers is
 * declared by a changeset (.changeset/*.md) of the kind `major`, or with a line
 * `BREAKING: Type.field` for each; a version that has been raised that far declares all of them.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  type BreakingChange,
  BreakingChangeType,
  buildSchema,
  type DangerousChange,
  findBreakingChanges,
  findDangerousChanges,
} from 'graphql';

const SCHEMA = 'schema.graphql';
const CHANGESETS = '.changeset';

/** Of the changes whose description does not begin with the coordinate. */
const coordinateWords: { readonly [type in BreakingChangeType]?: RegExp } = {
  [BreakingChangeType.TYPE_REMOVED_FROM_UNION]: /^(?<member>\S+) was .* union type (?<owner>\w+)/,
  [BreakingChangeType.VALUE_REMOVED_FROM_ENUM]: /^(?<member>\S+) was .* enum type (?<owner>\w+)/,
  [BreakingChangeType.REQUIRED_INPUT_FIELD_ADDED]:
    /field (?<member>\S+) on input type (?<owner>\w+)/,
  [BreakingChangeType.REQUIRED_ARG_ADDED]: /arg (?<arg>\S+) on (?<owner>\w+\.\w+)/,
  [BreakingChangeType.ARG_REMOVED]: /^(?<owner>\w+\.\w+) arg (?<arg>\S+) was/,
  [BreakingChangeType.ARG_CHANGED_KIND]: /^(?<owner>\w+\.\w+) arg (?<arg>\S+) has/,
};

const base = baseOf(process.argv.slice(2));
const before = base && git('show', `${base}:./${SCHEMA}`);
if (base === undefined || before === undefined) {
  console.log(`${SCHEMA}: nothing to compare with (no origin/main, no tag, or no schema there)`);
} else {
  process.exitCode = report(base, before);
}

/** The commit to compare with. Undefined: a shallow clone, or the first commit of all. */
function baseOf(args: readonly string[]): string | undefined {
  const given = givenBase(args);
  if (given !== undefined) {
    const commit = git('rev-parse', '--verify', '--quiet', `${given}^{commit}`);
    return commit ?? refuse(`--base: there is no commit ${given}`);
  }
  const forked = git('merge-base', 'HEAD', 'origin/main');
  if (forked !== undefined && forked !== git('rev-parse', 'HEAD')) return forked;
  const tag = git('describe', '--tags', '--abbrev=0');
  return tag && git('rev-parse', `${tag}^{commit}`);
}

/** What is misspelt must not compare with something else and pass. */
function givenBase(args: readonly string[]): string | undefined {
  try {
    return parseArgs({ args: [...args], options: { base: { type: 'string' } } }).values.base;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

/** What git answers; undefined when it has no answer. */
function git(...args: string[]): string | undefined {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return execFileSync('git', args, { encoding: 'utf8', stdio, maxBuffer: 1 << 26 }).trim();
  } catch {
    return undefined;
  }
}

function report(commit: string, text: string): number {
  const older = buildSchema(text);
  const newer = buildSchema(readFileSync(SCHEMA, 'utf8'));
  const breaking = findBreakingChanges(older, newer);
  const dangerous = findDangerousChanges(older, newer);
  const isDeclared = declarations(commit);
  const undeclared = breaking.filter((change) => !isDeclared(coordinateOf(change)));
  console.log(`${SCHEMA} against ${commit.slice(0, 10)}`);
  for (const change of breaking) {
    print(undeclared.includes(change) ? 'BREAKING' : 'BREAKING (declared)', change);
  }
  for (const change of dangerous) print('DANGEROUS', change);
  console.log(`${breaking.length} breaking, ${dangerous.length} dangerous changes`);
  if (undeclared.length === 0) return 0;
  console.error(
    `\n${undeclared.length} not declared. Keep what callers use and deprecate it, or add a changeset` +
      ' (npx changeset) of the kind major, or with these lines:\n' +
      undeclared.map((change) => `BREAKING: ${coordinateOf(change)}`).join('\n'),
  );
  return 1;
}

function print(kind: string, change: BreakingChange | DangerousChange): void {
  console.log(`  ${kind.padEnd(19)}  ${change.description}`);
}

/** Whether a change at a coordinate has been declared. */
function declarations(commit: string): (coordinate: string) => boolean {
  if (isRaised(versionOf(git('show', `${commit}:./package.json`)), versionOf(read('package.json'))))
    return () => true;
  const texts = changesets();
  if (texts.some((text) => /: *major\b/.test(text.split('---')[1] ?? ''))) return () => true;
  const named = new Set(
    texts.flatMap((text) => [...text.matchAll(/^BREAKING: *`?([^\s`]+)/gm)].map(([, at]) => at)),
  );
  return (coordinate) => named.has(coordinate);
}

function changesets(): string[] {
  try {
    return readdirSync(CHANGESETS)
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .map((name) => read(`${CHANGESETS}/${name}`) ?? '');
  } catch {
    return [];
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

type Version = readonly [major: number, minor: number];

function versionOf(text: string | undefined): Version | undefined {
  const [, major, minor] = /"version": *"(\d+)\.(\d+)\./.exec(text ?? '') ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor)];
}

/** Whether the version says that callers may break: a new major, below 1.0.0 a new minor one. */
function isRaised(from: Version | undefined, to: Version | undefined): boolean {
  if (from === undefined || to === undefined) return false;
  return to[0] > from[0] || (to[0] === 0 && from[0] === 0 && to[1] > from[1]);
}

/** Where a change is, as a schema coordinate. graphql-js says it in words only. */
function coordinateOf({ type, description }: BreakingChange): string {
  const [first = ''] = description.split(' ');
  const words = coordinateWords[type]?.exec(description)?.groups;
  if (words === undefined) return first.replace(/\.$/, '');
  const { owner = '', member, arg } = words;
  return `${owner}${member === undefined ? '' : `.${member}`}${arg === undefined ? '' : `(${arg}:)`}`;
}
