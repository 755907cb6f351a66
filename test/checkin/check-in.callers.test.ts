import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import { createTestApp, createTestProgram, type TestApp } from '../support/app.ts';
import { codeOf, enrol, readMember, send } from '../support/commands.ts';
import { bePatient } from '../support/patience.ts';

const HOUR = 3_600_000;
const clock = new FakeClock('2026-06-01T08:00:00Z');
let test: TestApp;
let own: Awaited<ReturnType<typeof program>>;
let other: Awaited<ReturnType<typeof program>>;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ clock });
  own = await program();
  other = await program();
});
afterAll(() => test.close());

/** A program with the members `ada` and `bob`. */
async function program() {
  const made = await createTestProgram(test.app);
  const { service } = made.keys;
  const ids = { ada: await enrol(test, service, 'ada'), bob: await enrol(test, service, 'bob') };
  return {
    ...made,
    ids,
    days: async (externalId: string) =>
      (await readMember(test, service, externalId)).streak.totalDays,
  };
}

describe('who may name whom', () => {
  const answerTo = async (credential: string, input: object) => {
    const answer = await send(test, credential, 'checkIn', input);
    return codeOf(answer, 'checkIn') ?? answer.data.checkIn.member.externalId;
  };

  it.each([
    // credential   whom                   answer
    ['member', undefined, 'ada'],
    ['member', { externalId: 'ada' }, 'ada'],
    ['member', 'own id', 'ada'],
    ['member', { externalId: 'bob' }, 'FORBIDDEN'],
    ['member', { externalId: 'nobody' }, 'FORBIDDEN'],
    ['member', 'id of bob', 'FORBIDDEN'],
    ['member', 'id of another program', 'FORBIDDEN'],
    ['stranger', undefined, 'MEMBER_NOT_FOUND'],
    ['service', { externalId: 'bob' }, 'bob'],
    ['operator', 'id of bob', 'bob'],
    ['service', undefined, 'BAD_USER_INPUT'],
    ['service', { externalId: 'nobody' }, 'MEMBER_NOT_FOUND'],
    ['service', 'id of another program', 'MEMBER_NOT_FOUND'],
    ['partner', { externalId: 'ada' }, 'PERSISTED_QUERY_REQUIRED'],
    ['screen', { externalId: 'ada' }, 'FORBIDDEN'],
  ] as [string, string | { externalId: string } | undefined, string][])(
    '%s names %j: %s',
    async (credential, whom, expected) => {
      const { keys, token, ids } = own;
      const named: Record<string, string> = {
        'own id': ids.ada,
        'id of bob': ids.bob,
        'id of another program': other.ids.ada,
      };
      const credentials: Record<string, string> = {
        ...keys,
        member: await token('ada'),
        stranger: await token('carol'),
      };
      const member = typeof whom === 'string' ? { id: named[whom] } : whom;
      expect(await answerTo(credentials[credential] ?? '', { member })).toBe(expected);
      expect(await other.days('ada')).toBe(0);
    },
  );

  it('needs a valid credential', async () => {
    const { token } = own;
    const late = await token('ada');
    clock.advance(2 * HOUR);
    for (const credential of ['', 'tm_service_0000000000000000_x', late, `${late}x`]) {
      expect(await answerTo(credential, {})).toBe('UNAUTHENTICATED');
    }
  });
});
