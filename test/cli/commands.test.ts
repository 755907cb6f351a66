import path from 'node:path';
import { decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { documentOf, runCli, sql } from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await runCli(database.url, create());
});
afterAll(() => database.drop());

const create = (...flags: string[]) => [
  ...['program', 'create', '--key', 'first', '--name', 'First', '--zone', 'Asia/Tokyo'],
  ...flags,
];
const KEY = /tm_operator_[0-9a-f]{16}_[\w-]{43}/;

describe('program create', () => {
  it('prints the operator key, which works', async () => {
    const args = create('--key', 'second', '--day-start', '04:30', '--lateness', '100', '--json');
    const { code, stdout } = await runCli(database.url, args);
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ key: 'second', zone: 'Asia/Tokyo', dayStartMinutes: 270 });
    expect(document.operatorKey).toMatch(KEY);
    const rows = await sql(
      database.url,
      `select day_start_minutes as start, lateness_hours as late from program order by id`,
    );
    expect(rows).toEqual([
      { start: 0, late: 72 },
      { start: 270, late: 100 },
    ]);
  });

  it('prints it for people too', async () => {
    const { code, stdout, stderr } = await runCli(database.url, create('--key', 'third'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(KEY)).toHaveLength(1);
  });
});

describe('key', () => {
  it('create and revoke', async () => {
    const made = await runCli(database.url, [
      ...['key', 'create', '--program', 'first', '--role', 'service', '--name', 'till 3', '--json'],
    ]);
    const { id, key, role } = documentOf(made);
    expect(key).toMatch(new RegExp(`^tm_service_${id}_`));
    expect(role).toBe('SERVICE');
    const revokedAt = `select revoked_at from api_key where id = '${id}'`;
    expect(await sql(database.url, revokedAt)).toEqual([{ revoked_at: null }]);
    for (const name of [id, key]) {
      expect((await runCli(database.url, ['key', 'revoke', name])).code).toBe(0);
    }
    expect(await sql(database.url, revokedAt)).toEqual([{ revoked_at: expect.any(Date) }]);
    const listed = documentOf(
      await runCli(database.url, ['key', 'list', '--program', 'first', '--json']),
    );
    expect(listed.keys).toEqual([
      expect.objectContaining({ role: 'OPERATOR', name: 'first operator', revokedAt: null }),
      {
        id,
        role,
        name: 'till 3',
        client: null,
        scopes: ['READ', 'RECORD', 'REDEEM'],
        createdAt: expect.any(String),
        expiresAt: null,
        revokedAt: expect.any(String),
        lastUsedAt: null,
        replaces: null,
      },
    ]);
    const lines = await runCli(database.url, ['key', 'list', '--program', 'first']);
    expect(lines.stdout).toMatch(new RegExp(`^${id}  SERVICE   \\S+  revoked \\S+  till 3$`, 'm'));
    expect(lines.stdout).not.toContain(key.slice(-20));
    const audit = `select action, actor, target from audit_entry order by id`;
    expect(await sql(database.url, audit)).toEqual([
      { action: 'createApiKey', actor: 'cli', target: id },
      { action: 'revokeApiKey', actor: 'cli', target: id },
    ]);
  }, 60_000);
});

describe('token', () => {
  it('is alone on stdout', async () => {
    const { code, stdout, stderr } = await runCli(database.url, [
      ...['token', '--program', 'first', '--member', 'ann', '--expires-in', '2h'],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { sub, aud, iat = 0, exp = 0 } = decodeJwt(stdout.trim());
    expect({ sub, aud, lives: exp - iat }).toEqual({ sub: 'ann', aud: 'first', lives: 7_200 });
  });
});

describe('program token-secret', () => {
  const secretOf = async (...flags: string[]) => {
    const args = ['program', 'token-secret', '--program', 'first', ...flags];
    const { code, stdout } = await runCli(database.url, args);
    expect(code).toBe(0);
    return stdout.trim();
  };

  it('prints what tokens are verified with, and replaces it when told to', async () => {
    const secret = await secretOf();
    expect(secret).toMatch(/^[\w-]{43}$/);
    const token = await runCli(database.url, ['token', '--program', 'first', '--member', 'ann']);
    await jwtVerify(token.stdout.trim(), Buffer.from(secret, 'base64url'));
    const audit = `select action, actor, target from audit_entry where action = 'rotateTokenSecret'`;
    expect(await sql(database.url, audit)).toEqual([]);
    const next = JSON.parse(await secretOf('--rotate', '--json'));
    expect(next).toMatchObject({ algorithm: 'HS256', rotated: true, encoding: 'base64url' });
    expect(next.claims).toMatchObject({ iss: 'tallymark', aud: 'first' });
    expect(next.secret).not.toBe(secret);
    expect(await secretOf()).toBe(next.secret);
    expect(await sql(database.url, audit)).toEqual([
      { action: 'rotateTokenSecret', actor: 'cli', target: 'first' },
    ]);
  }, 60_000);
});

describe('migrate', () => {
  it('says what it applied', async () => {
    const empty = await createEmptyDatabase();
    try {
      const check = () => runCli(empty.url, ['migrate', '--check', '--json']);
      const before = await check();
      expect(before.code).toBe(1);
      const { applied } = documentOf(await runCli(empty.url, ['migrate', '--json']));
      expect(documentOf(before)).toEqual({ pending: applied });
      expect(await check()).toMatchObject({ code: 0 });
      expect(applied).toContain('20261122041516_init');
      const again = await runCli(empty.url, ['migrate']);
      expect(again).toEqual({ code: 0, stdout: 'the database is up to date\n', stderr: '' });
    } finally {
      await empty.drop();
    }
  }, 60_000);
});

describe('what is wrong is one line on stderr and exit code 1', () => {
  const keyCreate = ['key', 'create', '--program', 'first', '--role'];
  const token = ['token', '--program', 'first', '--member'];

  it.each([
    [
      'no such zone',
      create('--key', 'x', '--zone', 'Europe/Roma'),
      'zone: "Europe/Roma" is no IANA',
    ],
    ['a zone that is an offset', create('--key', 'x', '--zone', '+02:00'), 'zone: "+02:00"'],
    ['a key that is taken', create(), 'key: there is a program "first" already'],
    ['a key with a space', create('--key', 'a b'), 'key: must be 1 to 64 letters'],
    ['no name', create('--key', 'x', '--name', ''), 'name: must not be empty'],
    ['a bad day start', create('--key', 'x', '--day-start', '24:00'), 'It must be HH:MM'],
    [
      'a bad lateness',
      create('--key', 'x', '--lateness', '8761'),
      'It must be whole hours, from 0',
    ],
    ['a lateness before now', create('--key', 'x', '--lateness=-1'), 'It must be whole hours'],
    ['a missing flag', ['program', 'create', '--key', 'x'], "required option '--name <name>'"],
    ['a role that is none', [...keyCreate, 'ADMIN'], 'It must be one of OPERATOR, SERVICE'],
    ['an unknown program', ['verify', '--program', 'nope'], 'there is no program "nope"'],
    ['an unknown key', ['key', 'revoke', 'nope'], 'there is no key with the id "nope"'],
    ['a bad duration', [...token, 'ann', '--expires-in', '2 weeks'], 'It must be like 90s'],
    ['an empty member', [...token, ''], 'member: must not be empty'],
    ['an unknown command', ['frobnicate'], "unknown command 'frobnicate'"],
    ['an unknown flag', ['verify', '--fast'], "unknown option '--fast'"],
    [
      'a missing file',
      ['import', 'check-ins', '--program', 'first'],
      "missing required argument 'file'",
    ],
  ])('%s', async (_case, args, message) => {
    const { code, stdout, stderr } = await runCli(database.url, args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^tallymark: [^\n]+\n$/);
  });

  it.each([
    ['a wrong URL', 'mysql://here/db', {}, 'DATABASE_URL must be a URL that starts with'],
    ['nobody there', 'postgres://localhost:1/db', {}, 'DATABASE_URL: the database does not answer'],
    ['a bad setting', 'postgres://localhost:1/db', { LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be'],
  ])('%s', async (_case, url, env, message) => {
    const { code, stdout, stderr } = await runCli(url, ['verify'], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^tallymark: [^\n]+\n$/);
  });

  it.each(['verify', 'migrate'])('%s of a database that is not there', async (command) => {
    const url = new URL(database.url);
    url.pathname = '/nowhere';
    const { code, stderr } = await runCli(url.href, [command]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tallymark: DATABASE_URL: [^\n]*"nowhere" does not exist\n$/);
  });

  it('a data folder that cannot be', async () => {
    const env = { TALLYMARK_DATA_DIR: path.join(import.meta.filename, 'data') };
    const { code, stderr } = await runCli('', ['migrate'], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tallymark: TALLYMARK_DATA_DIR: [^\n]+\n$/);
  });
});

it('shows help and version', async () => {
  const help = await runCli(database.url, ['--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toContain('import');
  const version = await runCli(database.url, ['--version']);
  expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});
