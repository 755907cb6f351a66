/** What the tests of badges share. */
import { expect } from 'vitest';
import type { App } from '../../src/app.ts';
import type { Economy } from '../economy/api.ts';
import { setRule } from '../support/rules.ts';
import { settled as tasksSettled } from '../tasks/support.ts';

/** A badge as tests set it. */
export const badge = (criterion: object, more: object = {}) => ({
  ...{ title: 'Badge', criterion },
  ...more,
});

/** Publishes a badge: from the beginning on, unless a time is given. */
export async function setBadge(
  eco: Economy,
  key: string,
  definition: object,
  since?: string,
): Promise<void> {
  const kind = 'BADGE' as const;
  await setRule(
    eco.test,
    eco.program,
    key,
    definition,
    since === undefined ? { kind } : { kind, since },
  );
  eco.clock.advance(2_000); // Reads may know the rules of a second ago.
}

/** Waits until everything written so far is counted: tasks first, whose payments may earn badges. */
export async function settled(app: App): Promise<void> {
  await tasksSettled(app);
  await badgesPass(app);
}

/** Waits until the badges have read all there is. */
export async function badgesPass({ pool, badgeProjection }: App): Promise<void> {
  const { rows } = await pool.query<{ programId: number; position: number }>(
    `select program_id as "programId", position from event order by txid desc, position desc limit 1`,
  );
  const [last] = rows;
  if (last !== undefined) await badgeProjection.waitFor(last.programId, last.position);
}

const fields = `badges { badge { key title description imageUrl target lastDate } progress target
  earnedAt revokedAt reason }`;

/** A member's badges by key, once everything is counted. */
// biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
export async function badgesOf(eco: Economy, externalId: string): Promise<any> {
  await settled(eco.test.app);
  const { badges } = await eco.read(externalId, fields);
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  return Object.fromEntries(badges.map((one: any) => [one.badge.key, one]));
}

/** All of them as `key progress/target`, with a star when the member has it. */
export async function shown(eco: Economy, externalId: string): Promise<string[]> {
  await settled(eco.test.app);
  const { badges } = await eco.read(externalId, fields);
  return badges.map(
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    ({ badge: { key }, progress, target, earnedAt, revokedAt }: any) =>
      `${key} ${progress}/${target}${earnedAt !== null && revokedAt === null ? '*' : ''}`,
  );
}

/** Which of some members have a badge. */
export async function holdersOf(
  eco: Economy,
  names: readonly string[],
  key: string,
): Promise<string[]> {
  const having: string[] = [];
  for (const name of names) {
    const one = (await badgesOf(eco, name))[key];
    if (one?.earnedAt != null && one.revokedAt === null) having.push(name);
  }
  return having;
}

/** Awards as they are stored: what earned them. */
export async function sources(eco: Economy, externalId: string): Promise<string[]> {
  await settled(eco.test.app);
  const { rows } = await eco.test.app.pool.query<{ source: string }>(
    `select a.source from badge_award a join member m on m.id = a.member_id
     where m.program_id = $1 and m.external_id = $2 order by a.rule_id`,
    [eco.program.id, externalId],
  );
  return rows.map(({ source }) => source);
}

const documentOf = (name: Change) => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  return `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename
    ... on ${type}Payload { replayed member { externalId }
      badge { badge { key } progress target earnedAt revokedAt reason } }
    ... on Refusal { code message } } }`;
};
type Change = 'revokeBadge' | 'awardBadge';

/** Sends a command of operators about a badge. */
export const send = (
  eco: Economy,
  name: Change,
  input: object,
  credential = eco.program.keys.operator,
) => eco.test.ask(credential, documentOf(name), { input });

/** The same, which is answered with a payload or a refusal. */
// biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
export async function change(eco: Economy, name: Change, input: object): Promise<any> {
  const { data, errors } = await send(eco, name, input);
  expect(errors).toBeUndefined();
  return data[name];
}
