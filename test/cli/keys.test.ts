/** Keys that end, are narrowed and rotated, and identity providers, at the command line. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { signingKey, startProvider, type TestProvider } from '../support/identity-provider.ts';
import { documentOf, runCli, sql } from './support.ts';

let database: TestDatabase;
let provider: TestProvider;
beforeAll(async () => {
  database = await createTestDatabase();
  provider = await startProvider([await signingKey('one')]);
  const program = ['--name', 'First', '--zone', 'Asia/Tokyo'];
  for (const key of ['first', 'second']) {
    const made = await run('program', 'create', '--key', key, ...program);
    expect(made.code).toBe(0);
  }
}, 60_000);
afterAll(async () => {
  await provider.close();
  await database.drop();
});

const run = (...args: string[]) => runCli(database.url, args);
const json = async (...args: string[]) => documentOf(await run(...args, '--json'));
const DAY = 86_400_000;

describe('key', () => {
  it('create narrows a key and says when it ends; rotate makes its successor', async () => {
    const made = await json(
      ...['key', 'create', '--program', 'first', '--role', 'service', '--name', 'till'],
      ...['--scopes', 'read,record', '--expires', '90d'],
    );
    expect(made).toMatchObject({ role: 'SERVICE', scopes: ['READ', 'RECORD'], replaces: null });
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBeCloseTo(90 * DAY, -5);
    const next = await json('key', 'rotate', made.key, '--ends', '36h');
    expect(next).toMatchObject({
      ...{ role: 'SERVICE', name: 'till', scopes: ['READ', 'RECORD'], replaces: made.id },
      replaced: { id: made.id },
    });
    expect(next.key).toMatch(new RegExp(`^tm_service_${next.id}_[\\w-]{43}$`));
    const left = Date.parse(next.replaced.expiresAt) - Date.parse(next.createdAt);
    expect(left).toBeCloseTo(1.5 * DAY, -5);
    const again = await run('key', 'rotate', made.id);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain(`${next.id} succeeds it`);
    const now = await run('key', 'rotate', next.id, '--ends', 'now');
    expect(now.stderr).toContain(`${next.id} works until`);
    expect(now.stdout).toMatch(/^tm_service_[0-9a-f]{16}_[\w-]{43}\n$/);
    const { stdout } = await run('key', 'list', '--program', 'first');
    const line = (id: string) => stdout.split('\n').find((text) => text.startsWith(id));
    expect(line(made.id)).toMatch(/ {2}in use until \S+ {2}till {2}narrowed to READ, RECORD$/);
    expect(line(next.id)).toMatch(/ {2}expired \S+ {2}till /);
    for (const { key } of [made, next]) expect(stdout).not.toContain(key.slice(-20));
    const audit = `select action, actor from audit_entry where action = 'rotateApiKey'`;
    expect(await sql(database.url, audit)).toHaveLength(2);
  }, 60_000);

  it.each([
    [['--role', 'SCREEN', '--scopes', 'READ,REDEEM'], 'SCREEN keys have READ at most'],
    [['--role', 'SERVICE', '--scopes', 'NOPE'], 'It must be some of READ, RECORD'],
    [['--role', 'SERVICE', '--expires', 'soon'], 'It must be like 2026-12-01'],
    [['--role', 'SERVICE', '--expires', '2001-01-01'], 'expiresAt: must be in the future'],
  ])(
    'create refuses %j',
    async (flags, why) => {
      const { code, stdout, stderr } = await run('key', 'create', '--program', 'first', ...flags);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(why);
    },
    20_000,
  );
});

describe('identity-provider', () => {
  const set = (program: string, ...flags: string[]) => [
    ...['identity-provider', 'set', '--program', program, '--issuer', 'https://id.example/'],
    ...['--jwks', provider.url, '--audience', 'https://api.example', ...flags],
  ];

  it('set, show, refresh and remove', async () => {
    const settings = {
      ...{ program: 'first', issuer: 'https://id.example/', audience: 'https://api.example' },
      ...{ jwksUrl: provider.url, algorithms: ['RS256'], memberClaim: 'sub', clientClaim: null },
    };
    expect(await json(...set('first'))).toEqual(settings);
    const more = ['--algorithms', 'es256,EdDSA', '--member-claim', 'uid', '--client-claim', 'azp'];
    const changed = await run(...set('first', ...more));
    expect(changed.stderr).toBe(`${provider.url} has 1 keys for signatures\n`);
    expect(await json('identity-provider', 'show', '--program', 'first')).toEqual({
      ...settings,
      ...{ algorithms: ['ES256', 'EdDSA'], memberClaim: 'uid', clientClaim: 'azp' },
    });
    const revision = 'select revision::int from identity_provider';
    const [before] = await sql<{ revision: number }>(database.url, revision);
    await provider.close();
    const refreshed = await run('identity-provider', 'refresh', '--program', 'first');
    expect(refreshed).toMatchObject({ code: 0 });
    expect(refreshed.stderr).toContain(`no keys from ${provider.url} now: ECONNREFUSED`);
    expect(await sql(database.url, revision)).toEqual([{ revision: (before?.revision ?? 0) + 1 }]);
    const taken = await run(...set('second'));
    expect(taken.stderr).toContain('another program takes tokens of this issuer for it');
    expect((await run('identity-provider', 'remove', '--program', 'first')).code).toBe(0);
    const gone = await run('identity-provider', 'show', '--program', 'first');
    expect(gone.stderr).toContain('program "first" trusts no identity provider');
    const audit = 'select action from audit_entry where target = $$identityProvider$$ order by id';
    expect(
      (await sql<{ action: string }>(database.url, audit)).map(({ action }) => action),
    ).toEqual([
      ...['setIdentityProvider', 'setIdentityProvider', 'refreshIdentityProvider'],
      'removeIdentityProvider',
    ]);
  }, 60_000);

  it.each([
    [['--issuer', 'tallymark'], 'issuer: is that of the program’s own tokens'],
    [['--jwks', 'http://id.example/keys'], 'jwksUrl: must be an https address'],
    [['--jwks', 'https://a:b@id.example/keys'], 'jwksUrl: must be an https address'],
    [['--jwks', 'file:///etc/passwd'], 'jwksUrl: must be an https address'],
    [['--jwks', 'http://127.0.0.1.evil.example/'], 'jwksUrl: must be an https address'],
    [['--audience', ' '], 'audience: '],
    [['--algorithms', 'none'], 'It must be some of RS256'],
    [['--algorithms', 'RS256,HS256'], 'It must be some of RS256'],
  ])(
    'refuses %j',
    async (flags, why) => {
      const { code, stderr } = await run(...set('first', ...flags));
      expect(code).toBe(1);
      expect(stderr).toContain(why);
    },
    20_000,
  );
});
