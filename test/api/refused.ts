/** Asks with wrong values and looks whether each is told what is wrong, and nothing is written. */
import { expect } from 'vitest';
import { limits } from '../../src/limits.ts';
import type { Answer, TestApp } from '../support/app.ts';

const tables = [
  'member',
  'account',
  'ledger_entry',
  'lot',
  'allocation',
  'check_in',
  'activity',
  'rule',
  'rule_version',
  'reward',
  'redemption',
  'redemption_change',
  'event',
  'receipt',
  'audit_entry',
  'season',
  'challenge',
  'challenge_participant',
  'team',
  'api_key',
];

/** How many rows there are, by table, and what the member's account says. */
async function everything({ app }: TestApp): Promise<unknown> {
  const counts = tables.map((table) => `(select count(*) from ${table}) as ${table}`).join(', ');
  const { rows } = await app.pool.query(
    `select ${counts}, (select sum(version) from account) as v`,
  );
  return rows[0];
}

/** The value has to be JSON: what that cannot carry is asked for as a literal further down. */
const show = (value: unknown) => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}… (${text.length})` : text;
};

/** Asks with each value; whoever is let through, or not told what is wrong, is listed. */
export async function expectRefusals(
  test: TestApp,
  field: string,
  values: readonly unknown[],
  ask: (value: unknown) => Promise<Answer>,
): Promise<void> {
  const before = await everything(test);
  const wrong: string[] = [];
  for (const value of values) {
    const { status, data, errors } = await ask(value);
    const refusal = Object.values((data ?? {}) as Record<string, { code?: string } | null>)[0];
    const [error] = errors ?? [];
    const named = error?.extensions.field ?? '';
    const told =
      error === undefined
        ? /^[A-Z]+(?:_[A-Z]+)+$/.test(refusal?.code ?? '')
        : error.extensions.code === 'BAD_USER_INPUT' &&
          named.split(/[.[]/).includes(field) &&
          error.message.length <= limits.errorCharactersMax;
    if (!told || status >= 500)
      wrong.push(`${show(value)} → ${status} ${show(errors ?? data)} ${named}`);
  }
  expect(wrong).toEqual([]);
  expect(await everything(test)).toEqual(before);
}
