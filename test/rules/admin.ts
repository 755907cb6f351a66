/** What the tests of rule administration share: rules as an operator sets them over the API. */
import { expect } from 'vitest';
import type { Answer, TestApp, TestProgram } from '../support/app.ts';
import { run } from '../support/commands.ts';

/** Which field of the input stands for which kind. */
const fields = {
  EARNING: 'earning',
  CAMPAIGN: 'campaign',
  CHECK_IN_PLAN: 'checkInPlan',
  TIERS: 'tiers',
  POINTS_POLICY: 'pointsPolicy',
  TASK: 'task',
  BADGE: 'badge',
} as const;
export type Kind = keyof typeof fields;

/** The commands of an operator for one rule. */
export function ruleOf(test: TestApp, program: TestProgram, kind: Kind, key = 'default') {
  const { operator } = program.keys;
  const name = { kind, key };
  const draft = (definition: object, publish?: object) => {
    const input = { key, definition: { [fields[kind]]: definition }, publish };
    return run(test, operator, 'draftRule', input);
  };
  const publish = (times: object = {}) => run(test, operator, 'publishRule', { ...name, ...times });
  return {
    draft,
    publish,
    withdraw: (version: number) => run(test, operator, 'withdrawRuleVersion', { ...name, version }),
    discard: () => run(test, operator, 'discardDraft', name),
    retire: (times: object = {}) => run(test, operator, 'retireRule', { ...name, ...times }),
    /** Drafts and publishes; returns the rule. */
    async set(definition: object, times: object = {}) {
      const { rule, message, problems } = await draft(definition, times);
      expect([message, problems]).toEqual([undefined, undefined]);
      return rule;
    },
    async read() {
      const { data } = await ask(
        test,
        operator,
        `query ($kind: RuleKind!, $key: String!) { rule(kind: $kind, key: $key) {
           id key kind versions { version state startsAt endsAt }
           current { version } scheduled { version } draft { version } budget spent } }`,
        name,
      );
      return data.rule;
    },
  };
}

export async function ask(
  test: TestApp,
  credential: string,
  query: string,
  variables: object = {},
): Promise<Answer> {
  const answer = await test.ask(credential, query, variables);
  expect(answer.errors).toBeUndefined();
  return answer;
}

/** Every change of a program's settings, oldest first, without who and when. */
export async function auditOf(test: TestApp, program: TestProgram) {
  const query =
    '{ audit(first: 100) { edges { node { actor { id name kind } action target before after at } } } }';
  const { data } = await ask(test, program.keys.operator, query);
  return data.audit.edges.map(({ node }: { node: object }) => node).reverse();
}
