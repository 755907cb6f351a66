/** Programs and members for what was once wrong: each case has a program of its own. */
import { afterAll, beforeAll, expect } from 'vitest';
import { recordActivity } from '../../src/activities/record-activity.ts';
import { enrolMember } from '../../src/members/enrol-member.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { readMember } from '../support/commands.ts';
import { findBreaches } from '../support/invariants.ts';
import { verified } from './support.ts';

type Ref = { readonly externalId: string; readonly idempotencyKey?: undefined };

/** An app with a clock of its own; at the end nothing in it may be wrong. */
export function useEconomy() {
  const clock = new FakeClock('2026-03-10T12:00:00Z');
  let test: TestApp;
  let program: TestProgram;
  let members = 0;
  beforeAll(async () => {
    test = await createTestApp({ clock });
  });
  afterAll(async () => {
    expect(await findBreaches(test.app.pool)).toEqual([]);
    expect(await verified(test)).toEqual([]);
    await test.close();
  });
  const viewer = () => ({ kind: 'system', programId: program.id, name: 'test' }) as const;
  return {
    clock,
    get test() {
      return test;
    },
    get program() {
      return program;
    },
    viewer,
    /** A new program, at an instant. */
    async fresh(at = '2026-03-10T12:00:00Z') {
      clock.set(at);
      program = await createTestProgram(test.app, { zone: 'Europe/Rome' });
    },
    async member(): Promise<Ref> {
      members += 1;
      const ref: Ref = { externalId: `m-${members}` };
      await test.app.engine.run(enrolMember, viewer(), ref);
      return ref;
    },
    act: (member: Ref, type: string, reference: string, more: object = {}) =>
      test.app.engine.run(recordActivity, viewer(), { member, type, reference, ...more }),
    points: async ({ externalId }: Ref) =>
      (await readMember(test, program.keys.service, externalId)).points,
    accountOf: async ({ externalId }: Ref) => {
      const { rows } = await test.app.pool.query(
        `select a.* from account a join member m on m.id = a.member_id
         where m.external_id = $1 and m.program_id = $2`,
        [externalId, program.id],
      );
      return rows[0];
    },
  };
}
