/** A rotated key works beside its successor until it ends (6.22). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { manifestOf, push } from '../operations/support.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { audits, run, send, statusOf } from './support.ts';

const clock = new FakeClock('2026-05-01T12:00:00Z');
let test: TestApp;
let program: TestProgram;
let operator: string;

beforeAll(async () => {
  test = await createTestApp({ clock });
});
afterAll(() => test.close());
beforeEach(async () => {
  program = await createTestProgram(test.app);
  operator = program.keys.operator;
});

const HOUR = 3_600_000;
const inMs = (ms: number) => new Date(clock.now().getTime() + ms).toISOString();

describe('rotateApiKey', () => {
  const make = (input: object = {}) =>
    run(test, operator, 'createApiKey', { role: 'SERVICE', name: 'till', ...input });
  const rotate = (keyId: string, more: object = {}) =>
    run(test, operator, 'rotateApiKey', { keyId, ...more });

  it('makes a successor with the same rights; both work until the old one ends', async () => {
    await push(test, program, 'shop', manifestOf('{ program { key } }'));
    const old = await make({ client: 'shop', scopes: ['READ'] });
    const { secretKey, apiKey, replaced } = await rotate(old.apiKey.id);
    const same = { role: 'SERVICE', name: 'till', scopes: ['READ'], client: { name: 'shop' } };
    expect(apiKey).toMatchObject({ ...same, replaces: old.apiKey.id, expiresAt: null });
    expect(replaced).toMatchObject({ ...same, id: old.apiKey.id, expiresAt: inMs(24 * HOUR) });
    expect((await audits(test, operator))[0]).toMatchObject({
      ...{ action: 'rotateApiKey', target: old.apiKey.id },
      after: { replacedBy: apiKey.id, ends: inMs(24 * HOUR) },
    });
    clock.advance(24 * HOUR - 1);
    for (const one of [old.secretKey, secretKey]) expect(await statusOf(test, one)).toBe(200);
    clock.advance(1);
    expect(await statusOf(test, old.secretKey)).toBe(401);
    expect(await statusOf(test, secretKey)).toBe(200);
  });

  it('has the old key end when it is told to, and never later than it would have', async () => {
    const now = await make();
    expect((await rotate(now.apiKey.id, { endsAt: inMs(0) })).replaced.expiresAt).toBe(inMs(0));
    expect(await statusOf(test, now.secretKey)).toBe(401);
    const short = await make({ expiresAt: inMs(2 * HOUR) });
    clock.advance(HOUR);
    const { apiKey, replaced } = await rotate(short.apiKey.id, { endsAt: inMs(30 * HOUR) });
    expect(replaced.expiresAt).toBe(inMs(HOUR));
    expect(apiKey.expiresAt).toBe(inMs(2 * HOUR)); // As long as the old one was made for.
    const given = await rotate(apiKey.id, { expiresAt: inMs(90 * HOUR) });
    expect(given.apiKey.expiresAt).toBe(inMs(90 * HOUR));
  });

  it('refuses what cannot be', async () => {
    const { apiKey, secretKey } = await make();
    expect((await rotate('f'.repeat(16))).code).toBe('API_KEY_NOT_FOUND');
    for (const [name, value] of [
      ['endsAt', inMs(-10_000)],
      ['endsAt', inMs(limits.apiKeyOverlapMsMax + 1)],
      ['expiresAt', inMs(0)],
    ] as const) {
      const { errors } = await send(test, operator, 'rotateApiKey', {
        ...{ keyId: apiKey.id, [name]: value },
      });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: name });
    }
    const first = await rotate(apiKey.id);
    expect(await rotate(apiKey.id)).toMatchObject({
      ...{ code: 'API_KEY_ROTATED', replacedBy: first.apiKey.id },
    });
    // What got lost on its way is revoked, and the old one rotated once more.
    await run(test, operator, 'revokeApiKey', { keyId: first.apiKey.id });
    const second = await rotate(apiKey.id);
    expect(second.apiKey.replaces).toBe(apiKey.id);
    clock.advance(24 * HOUR);
    expect(await rotate(apiKey.id)).toMatchObject({ code: 'API_KEY_ENDED', endedAt: inMs(0) });
    expect(await rotate(first.apiKey.id)).toMatchObject({ code: 'API_KEY_ENDED' });
    expect(await statusOf(test, secretKey)).toBe(401);
  });

  it('gives a second successor the life that the key was made for, not what is left of it', async () => {
    const again = async (keyId: string) => {
      const lost = await rotate(keyId, { expiresAt: inMs(90 * HOUR) });
      await run(test, operator, 'revokeApiKey', { keyId: lost.apiKey.id });
      clock.advance(HOUR);
      return (await rotate(keyId)).apiKey.expiresAt;
    };
    const endless = await make();
    expect(await again(endless.apiKey.id)).toBeNull();
    const short = await make({ expiresAt: inMs(48 * HOUR) });
    expect(await again(short.apiKey.id)).toBe(inMs(48 * HOUR));
  });

  it('makes one successor, however many ask at once', async () => {
    const { apiKey } = await make();
    const all = await Promise.all(Array.from({ length: 5 }, () => rotate(apiKey.id)));
    const kinds: string[] = all.map(({ __typename }) => __typename);
    expect(kinds.filter((kind) => kind === 'RotateApiKeyPayload')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'ApiKeyRotated')).toHaveLength(4);
  });
});
