/** Random lives of keys on two nodes: each node takes exactly those that a plain model takes. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { seedOf } from '../rules/arbitraries.ts';
import { createTestApp, createTestProgram, type TestApp } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';
import { run } from './support.ts';

const clock = new FakeClock('2026-05-01T12:00:00Z');
let test: TestApp;
let second: TestApp;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ clock });
  second = await openSecondApp(test);
});
afterAll(async () => {
  await second.close();
  await test.close();
});

const HOUR = 3_600_000;
const seed = seedOf('keys');
const hours = fc.integer({ min: 0, max: 40 });
const nth = fc.nat(20);
const commands = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('create' as const), hours }),
    fc.record({ do: fc.constant('rotate' as const), nth, hours: fc.option(hours) }),
    fc.record({ do: fc.constant('revoke' as const), nth }),
    fc.record({ do: fc.constant('wait' as const), hours }),
  ),
  { minLength: 5, maxLength: 25 },
);

type Life = {
  id: string;
  text: string;
  bornAt: number;
  /** Infinity: without an end. */
  endsAt: number;
  revokedAt: number;
  replaces: string | undefined;
};

const works = ({ endsAt, revokedAt }: Life) => clock.now().getTime() < Math.min(endsAt, revokedAt);
const takes = (node: TestApp, { text }: Life) =>
  node.app.authenticator.authenticate(`Bearer ${text}`).then(
    () => true,
    () => false,
  );

it('keys work as long as the model says, on both nodes', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (all) => {
      const { keys } = await createTestProgram(test.app);
      const lives: Life[] = [];
      const command = (name: 'createApiKey' | 'rotateApiKey' | 'revokeApiKey', input: object) =>
        run(test, keys.operator, name, input);
      const born = (
        made: { apiKey: { id: string }; secretKey: string },
        endsAt: number,
        replaces?: string,
      ) => {
        const bornAt = clock.now().getTime();
        const { id } = made.apiKey;
        lives.push({ id, text: made.secretKey, bornAt, endsAt, revokedAt: Infinity, replaces });
      };
      for (const one of all) {
        const now = clock.now().getTime();
        const life = 'nth' in one ? lives[one.nth % Math.max(1, lives.length)] : undefined;
        if (one.do === 'wait') clock.advance(one.hours * HOUR);
        else if (one.do === 'create') {
          const endsAt = one.hours === 0 ? Infinity : now + one.hours * HOUR;
          const expiresAt = one.hours === 0 ? null : new Date(endsAt).toISOString();
          const input = { role: 'SERVICE', name: 'x', expiresAt };
          born(await command('createApiKey', input), endsAt);
        } else if (life !== undefined && one.do === 'revoke') {
          const { alreadyRevoked } = await command('revokeApiKey', { keyId: life.id });
          expect(alreadyRevoked).toBe(life.revokedAt !== Infinity);
          life.revokedAt = Math.min(life.revokedAt, now);
        } else if (life !== undefined && one.do === 'rotate') {
          const ends = one.hours === null ? now + 24 * HOUR : now + one.hours * HOUR;
          const endsAt = one.hours === null ? undefined : new Date(ends).toISOString();
          const answer = await command('rotateApiKey', { keyId: life.id, endsAt });
          const successor = lives.find((other) => other.replaces === life.id && works(other));
          if (!works(life)) expect(answer.code).toBe('API_KEY_ENDED');
          else if (successor !== undefined) expect(answer.replacedBy).toBe(successor.id);
          else {
            born(
              answer,
              life.endsAt === Infinity ? Infinity : now + life.endsAt - life.bornAt,
              life.id,
            );
            life.endsAt = Math.min(life.endsAt, ends);
          }
        }
        clock.advance(limits.authCacheMs);
        for (const node of [test, second]) {
          const taken = await Promise.all(lives.map((known) => takes(node, known)));
          expect(taken).toEqual(lives.map(works));
        }
      }
    }),
    { seed, numRuns: 25 },
  );
}, 120_000);
