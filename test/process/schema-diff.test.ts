/** `npm run schema:diff` in small repositories of their own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const tsx = path.join(root, 'node_modules/tsx/dist/cli.mjs');
const script = path.join(root, 'scripts/schema-diff.ts');

const BASE = `
  enum Color { RED GREEN }
  enum Mood { FINE }
  union Thing = Cat | Dog
  type Cat { name: String! }
  type Dog { name: String! }
  input Order { units: Int }
  type Query { cats(first: Int, color: Color): [Cat!]! things: [Thing!]! order(input: Order): Mood }
`;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tallymark-schema-'));
  write('package.json', '{ "name": "x", "version": "0.3.1" }');
  git('init', '--quiet', '--initial-branch=main');
  commit(BASE);
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
  writeFileSync(path.join(dir, file), text);
}

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    cwd: dir,
    encoding: 'utf8',
  });

function commit(schema: string): void {
  write('schema.graphql', schema);
  git('add', '-A');
  git('commit', '--quiet', '--allow-empty', '-m', 'x');
}

function diff(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsx, script, ...args], {
    cwd: dir,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const changeset = (text: string, bump = 'minor') =>
  write('.changeset/a-change.md', `---\n"x": ${bump}\n---\n\n${text}\n`);

/** What callers can be broken by, with its coordinate. */
const broken: readonly (readonly [string, string, string])[] = [
  ['Cat.name', 'Cat { name: String! }', 'Cat { name: String }'],
  ['Dog.name', 'Dog { name: String! }', 'Dog { title: String! }'],
  ['Color.GREEN', 'RED GREEN', 'RED'],
  ['Thing.Dog', 'Cat | Dog', 'Cat'],
  ['Order.kind', 'units: Int }', 'units: Int kind: Int! }'],
  ['Query.cats(color:)', ', color: Color', ''],
  ['Query.cats(first:)', 'first: Int', 'first: Int!'],
  ['Query.cats(zone:)', 'first: Int', 'zone: Int!, first: Int'],
  ['Mood', 'enum Mood { FINE }', 'scalar Mood'],
];

describe('npm run schema:diff', () => {
  it('refuses what breaks callers, unless each is declared', () => {
    write(
      'schema.graphql',
      broken.reduce((text, [, from, to]) => text.replace(from, to), BASE),
    );
    const refused = diff('--base', 'HEAD');
    expect(refused.status).toBe(1);
    const asked = refused.stderr.match(/^BREAKING: .*$/gm) ?? [];
    expect(asked.sort()).toEqual(broken.map(([at]) => `BREAKING: ${at}`).sort());
    changeset(`We thought better of it.\n\n${asked.join('\n')}\nBREAKING: Other.field`);
    expect(diff('--base', 'HEAD')).toMatchObject({ status: 0, stderr: '' });
  });

  it('wants each change declared, by its own coordinate', () => {
    write('schema.graphql', BASE.replace('Cat { name', 'Cat { title').replace('RED GREEN', 'RED'));
    changeset('BREAKING: Cat.name');
    const { status, stderr } = diff('--base', 'HEAD');
    expect(status).toBe(1);
    expect(stderr).toContain('Color.GREEN');
    expect(stderr).not.toContain('Cat.name');
    changeset('Everything is new.', 'major');
    expect(diff('--base', 'HEAD').status).toBe(0);
  });

  it('takes a version that was raised as a declaration', () => {
    write('schema.graphql', BASE.replace('RED GREEN', 'RED'));
    for (const [version, status] of [
      ['0.3.2', 1],
      ['0.4.0', 0],
    ] as const) {
      write('package.json', `{ "name": "x", "version": "${version}" }`);
      expect([version, diff('--base', 'HEAD').status]).toEqual([version, status]);
    }
  });

  it('lets additions pass, and lists what may surprise', () => {
    write(
      'schema.graphql',
      BASE.replace('RED GREEN', 'RED GREEN BLUE').replace('name:', 'age: Int name:'),
    );
    const { status, stdout } = diff('--base', 'HEAD');
    expect(status).toBe(0);
    expect(stdout).toContain('DANGEROUS            BLUE was added to enum type Color.');
    expect(stdout).toContain('0 breaking, 1 dangerous changes');
  });

  it('compares with where the branch left origin/main, else with the last tag, else not at all', () => {
    write('schema.graphql', BASE.replace('RED GREEN', 'RED'));
    expect(diff()).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('nothing to compare'),
    });
    git('tag', 'v0.3.1');
    expect(diff().status).toBe(1);
    commit(BASE.replace('RED GREEN', 'RED'));
    expect(diff().status).toBe(1);
    git('tag', 'v0.4.0');
    expect(diff().status).toBe(0);
    git('update-ref', 'refs/remotes/origin/main', 'HEAD~1');
    expect(diff().status).toBe(1);
    expect(diff('--base=HEAD').status).toBe(0);
    for (const args of [['--base', 'nowhere'], ['--base=nowhere'], ['--base'], ['--bsae=HEAD']]) {
      expect(diff(...args), args.join(' ')).toMatchObject({ status: 2 });
    }
  });

  it('has nothing to say of a base without a schema, or outside of git', () => {
    git('rm', '--quiet', '--cached', 'schema.graphql');
    git('commit', '--quiet', '-m', 'none');
    expect(diff('--base', 'HEAD')).toMatchObject({ status: 0 });
    rmSync(path.join(dir, '.git'), { recursive: true });
    expect(diff()).toMatchObject({ status: 0 });
  });
});
