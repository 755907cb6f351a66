/** The house rules of docs/style.md, as far as a scan of the text can hold them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const LINES_MAX = 300;
const FUNCTION_LINES_MAX = 70;

const root = path.join(import.meta.dirname, '..');

type Source = { readonly file: string; readonly text: string; readonly lines: readonly string[] };

function sources(folder: string, ends: RegExp): Source[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ends.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('src/generated/'))
    .sort()
    .map((file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      return { file, text, lines: text.split('\n') };
    });
}

const src = sources('src', /\.ts$/);
const tests = sources('test', /\.ts$/);
const scripts = sources('scripts', /\.[tj]s$/);
const ours = [...src, ...tests, ...scripts, ...sources('src', /\.(?:js|css|html)$/)];

/** Text with comments and the insides of strings blanked, so that words in them do not count. */
const codeOf = (text: string) =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");

/** `file:line text` of every line of code that a pattern fits, but for files it is allowed in. */
function find(pattern: RegExp, files: readonly Source[], allowed: RegExp = /^$/): string[] {
  return files
    .filter(({ file }) => !allowed.test(file))
    .flatMap(({ file, text }) =>
      codeOf(text)
        .split('\n')
        .flatMap((line, index) =>
          pattern.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : [],
        ),
    );
}

/** Functions and methods with their lengths: from a line that opens one to the brace that ends it. */
function longFunctions({ file, lines }: Source): string[] {
  const opens =
    /^(\s*)(?:export )?(?:default )?(?:async )?(?:function\b|(?:const \w+ = |(?:static |get |set |async )*[#\w]+\s*=?\s*)(?:async )?\(.*(?:\{|=>)$|(?:static |get |set |async )*[#\w]+\(.*\{$)/;
  return lines.flatMap((line, start) => {
    const match = opens.exec(line);
    if (match === null || /^\s*(?:if|for|while|switch|describe|return|await)\b/.test(line))
      return [];
    const end = lines.findIndex((other, index) => index > start && closes(other, match[1] ?? ''));
    const length = end - start + 1;
    return length > FUNCTION_LINES_MAX ? [`${file}:${start + 1} ${length} lines`] : [];
  });
}

const closes = (line: string, indent: string) =>
  line.startsWith(`${indent}}`) || line.startsWith(`${indent})`);

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

const imports = [...src, ...scripts].flatMap(({ file, text }): Import[] =>
  [...text.matchAll(/^(?:import|export)([^;]*?)'(\.{1,2}\/[^']+)';$/gm)].map((match) => ({
    from: file,
    to: path.join(path.dirname(file), match[2] ?? ''),
    typeOnly: isTypeOnly(match[1] ?? ''),
  })),
);

/** `type { … } from`, or braces in which every name is marked `type`. */
function isTypeOnly(clause: string): boolean {
  const names = /^\s*\{([^}]*)\}/.exec(clause)?.[1]?.split(',') ?? [''];
  return (
    /^\s*type /.test(clause) ||
    names.every((name) => /^\s*(?:type |$)/.test(name) && clause.includes('{'))
  );
}
const folderOf = (file: string) => path.dirname(file);
const across = imports.filter(({ from, to }) => folderOf(from) !== folderOf(to));
const show = ({ from, to }: Import) => `${from} → ${to}`;

describe('every file', () => {
  it(`has at most ${LINES_MAX} lines`, () => {
    const long = ours.filter(({ lines }) => lines.length - 1 > LINES_MAX);
    expect(long.map(({ file, lines }) => `${file} ${lines.length - 1}`)).toEqual([]);
  });

  it(`has functions of at most ${FUNCTION_LINES_MAX} lines`, () => {
    expect([...src, ...scripts].flatMap(longFunctions)).toEqual([]);
  });

  it('ends with one newline and has no tabs', () => {
    const odd = ours.filter(({ text }) => !/[^\n]\n$/.test(text) || text.includes('\t'));
    expect(odd.map(({ file }) => file)).toEqual([]);
  });

  it('is named in kebab-case', () => {
    const odd = ours.filter(
      ({ file }) => !/^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(path.basename(file)),
    );
    expect(odd.map(({ file }) => file)).toEqual([]);
  });

  it('leaves nothing for later', () => {
    expect(find(/\b(?:TODO|FIXME|XXX|HACK)\b/, ours, /tidy\.test/)).toEqual([]);
    const inComments = ours.filter(
      ({ file, text }) => /\b(?:TODO|FIXME)\b/.test(text) && !file.endsWith('tidy.test.ts'),
    );
    expect(inComments.map(({ file }) => file)).toEqual([]);
  });
});

describe('types', () => {
  it('are not talked away', () => {
    const away = /@ts-ignore|@ts-nocheck|@ts-expect-error/;
    const files = ours.filter(
      ({ file, text }) => away.test(text) && !file.endsWith('tidy.test.ts'),
    );
    expect(files.map(({ file }) => file)).toEqual([]);
    expect(find(/\bas any\b|:\s*any\b|<any>/, src)).toEqual([]);
    expect(find(/\w!\.|\w!;|\]!/, src)).toEqual([]);
    expect(find(/^\s*(?:export )?(?:enum|namespace|module) /, src)).toEqual([]);
  });

  it('come with .ts in imports', () => {
    const wrong = imports.filter(
      ({ from, to }) => from.endsWith('.ts') && !/\.(?:ts|json)$/.test(to),
    );
    expect(wrong.map(show)).toEqual([]);
  });
});

describe('time, chance and settings', () => {
  it('time and ids are arguments: only src/platform asks the machine', () => {
    const asks =
      /new Date\(\)|Date\.now\(|randomUUID\(|Math\.random\(|new Temporal\.Now|Temporal\.Now/;
    const jitter = /^src\/(?:platform\/|engine\/engine\.ts)/; // Back-off is meant to be random.
    expect(find(asks, src, jitter)).toEqual([]);
    expect(find(/new Date\(\)|Date\.now\(|randomUUID\(/, src, /^src\/platform\//)).toEqual([]);
  });

  it('SQL does not ask for the time either', () => {
    const asking = src
      // A batch's reading of the database's clock rides on a statement that is sent anyway.
      .filter(({ file }) => !/^src\/(?:platform\/|engine\/engine\.sql\.ts)/.test(file))
      .filter(({ text }) =>
        [...text.replace(/\$\{[^}]*\}/g, '').matchAll(/`[^`]*`/g)].some(
          ([literal]) =>
            /\b(?:select|insert|update|delete)\b/.test(literal) &&
            /\b(?:now\(\)|current_timestamp|current_date|clock_timestamp)/i.test(literal),
        ),
      );
    expect(asking.map(({ file }) => file)).toEqual([]);
  });

  it('only config.ts and the entries read process.env', () => {
    const entries = /^src\/(?:config\.ts|main\.ts|cli(?:\.ts|\/.*|-.*))$/;
    const others = find(/process\.env\b/, src, entries).map((line) => line.split(':')[0]);
    // It hands the environment on to PostgreSQL's programs, less what would mislead them.
    expect(others).toEqual(['src/platform/embedded-postgres/cluster.ts']);
  });

  it('only entries write to the console', () => {
    expect(find(/\bconsole\.\w+\(/, src, /^src\/(?:main|cli)|^src\/cli\//)).toEqual([]);
  });
});

describe('imports', () => {
  it('a schema file is imported by graphql/schema.ts, or from its own folder', () => {
    const wrong = across.filter(
      ({ from, to }) =>
        to.endsWith('.schema.ts') && !/^src\/graphql\/schema\.ts$|^scripts\//.test(from),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it('named SQL stays in its folder, but for what is listed here', () => {
    const wrong = across.filter(
      ({ from, to, typeOnly }) => to.endsWith('.sql.ts') && !typeOnly && from !== 'src/app.ts',
    );
    expect(wrong.map(show).sort()).toEqual(sharedSql);
  });

  it('platform knows no domain', () => {
    const wrong = across.filter(
      ({ from, to }) =>
        from.startsWith('src/platform/') &&
        !to.startsWith('src/platform/') &&
        !/^src\/(?:limits\.ts|generated\/)/.test(to),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it('rules and operations know no GraphQL', () => {
    const wrong = across.filter(
      ({ from, to, typeOnly }) =>
        to.startsWith('src/graphql/') &&
        !typeOnly &&
        !/\.schema\.ts$|^src\/(?:graphql|http)\/|^scripts\//.test(from),
    );
    // Who may name which member: the schema files' own helper, beside the rules it applies.
    const helper = /^src\/members\/member-access\.ts$/;
    expect(wrong.filter(({ from }) => !helper.test(from)).map(show)).toEqual([]);
  });

  it('nothing unused is left', () => {
    const reached = new Set(imports.map(({ to }) => to));
    const entry = /^src\/(?:main|cli)\.ts$|^src\/screen\/page\//;
    const orphans = src.filter(({ file }) => !entry.test(file) && !reached.has(file));
    expect(orphans.map(({ file }) => file)).toEqual([]);
  });
});

/** Statements that another folder runs, each with why. */
const sharedSql = [
  // The command line looks whether there is such a member.
  'src/cli/token.ts → src/members/members.sql.ts',
  // Loaders batch the domains' reads; they are the API's, not the domains'.
  'src/graphql/loaders.ts → src/auth/keys.sql.ts',
  'src/graphql/loaders.ts → src/badges/badge-reads.sql.ts',
  'src/graphql/loaders.ts → src/challenges/challenge-reads.sql.ts',
  'src/graphql/loaders.ts → src/challenges/roster-reads.sql.ts',
  'src/graphql/loaders.ts → src/engine/history.sql.ts',
  'src/graphql/loaders.ts → src/holds/holds.sql.ts',
  'src/graphql/loaders.ts → src/members/members.sql.ts',
  'src/graphql/loaders.ts → src/points/points.sql.ts',
  'src/graphql/loaders.ts → src/redemptions/redemptions.sql.ts',
  'src/graphql/loaders.ts → src/tasks/task-reads.sql.ts',
  // Whoever has a place is a member: for boards they are read by the members' own statement.
  'src/leaderboards/open-boards.ts → src/members/members.sql.ts',
  // The columns of a member's state, which the engine owns.
  'src/members/members.sql.ts → src/engine/engine.sql.ts',
];

describe('tests', () => {
  it('run all of themselves', () => {
    const partial = /\b(?:describe|it|test)(?:\.\w+)*\.(?:only|skip|todo|fails)\b|\.skip\(/;
    expect(find(partial, tests, /tidy\.test/)).toEqual([]);
  });

  it('lie in files that vitest finds', () => {
    const lost = tests.filter(
      ({ file, text }) => /^(?:describe|it)\(/m.test(text) && !file.endsWith('.test.ts'),
    );
    expect(lost.map(({ file }) => file)).toEqual([]);
  });
});
