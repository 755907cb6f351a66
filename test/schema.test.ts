/** The contract: what schema.graphql promises, and that it is what the code says. */
import { readFileSync } from 'node:fs';
import {
  type GraphQLArgument,
  type GraphQLField,
  GraphQLNonNull,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isUnionType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../src/graphql/schema.ts';

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
const BUILT_IN = ['Boolean', 'Float', 'ID', 'Int', 'String'];
const own = types.filter(({ name }) => !BUILT_IN.includes(name));
const composites = own.filter((type) => isObjectType(type) || isInterfaceType(type));
const roots = {
  query: fieldsOf('Query'),
  mutation: fieldsOf('Mutation'),
  subscription: fieldsOf('Subscription'),
};

function fieldsOf(name: string): GraphQLField<unknown, unknown>[] {
  const type = schema.getType(name);
  return isObjectType(type) ? Object.values(type.getFields()) : [];
}

/** Everything that has a description, by its path. */
function* described(): Generator<[string, string | null | undefined]> {
  for (const type of own) {
    yield [type.name, type.description];
    if (isEnumType(type)) {
      for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value.description];
    } else if (isInputObjectType(type) || isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        yield [`${type.name}.${field.name}`, field.description];
        const args: readonly GraphQLArgument[] = 'args' in field ? field.args : [];
        for (const arg of args) yield [`${type.name}.${field.name}(${arg.name})`, arg.description];
      }
    }
  }
}

describe('the schema', () => {
  it('is the one that schema.graphql shows', () => {
    const committed = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');
    expect(committed).toBe(`${printSchema(lexicographicSortSchema(schema))}\n`);
  });

  it('describes every type, field, argument, input field and enum value', () => {
    const all = [...described()];
    expect(all.length).toBeGreaterThan(200);
    expect(all.filter(([, text]) => !text?.trim()).map(([path]) => path)).toEqual([]);
  });

  it('describes in sentences', () => {
    const odd = [...described()].filter(([, text]) => !/[.…]$/.test(text?.trim() ?? '.'));
    expect(odd.map(([path]) => path)).toEqual([]);
  });

  it('says what its scalars are', () => {
    const vague = own.filter((type) => isScalarType(type) && !type.specifiedByURL);
    expect(vague.map(({ name }) => name)).toEqual([]);
  });

  it('names things as GraphQL does', () => {
    const fields = composites.flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) => [
        `${type.name}.${field.name}`,
        ...field.args.map((arg) => `${type.name}.${arg.name}`),
      ]),
    );
    expect(own.filter(({ name }) => !/^[A-Z][A-Za-z]*$/.test(name)).map(String)).toEqual([]);
    expect(fields.filter((path) => !/^\w+\.[a-z][A-Za-z]*$/.test(path))).toEqual([]);
    const values = own.flatMap((type) => (isEnumType(type) ? type.getValues() : []));
    expect(values.filter(({ name }) => !/^[A-Z][A-Z0-9_]*$/.test(name)).map(String)).toEqual([]);
  });
});

describe.each(roots.mutation.map((field) => [field.name, field] as const))('%s', (name, field) => {
  const result = getNamedType(field.type);

  it('takes one required input, and may be null', () => {
    expect(field.args.map((arg) => arg.name)).toEqual(['input']);
    const [input] = field.args;
    expect(input?.type).toBeInstanceOf(GraphQLNonNull);
    expect(getNamedType(input?.type)?.name).toMatch(/^[A-Z]\w+Input$/);
    expect(field.type).not.toBeInstanceOf(GraphQLNonNull);
  });

  it('answers its payload or refusals', () => {
    const upper = `${name[0]?.toUpperCase()}${name.slice(1)}`;
    if (!isUnionType(result)) {
      expect(result.name).toBe(`${upper}Payload`);
      return;
    }
    expect(result.name).toBe(`${upper}Result`);
    const members = result.getTypes();
    expect(members.filter((member) => member.name === `${upper}Payload`)).toHaveLength(1);
    for (const member of members.filter(({ name: own }) => own !== `${upper}Payload`)) {
      expect(member.getInterfaces().map(String), member.name).toEqual(['Refusal']);
    }
  });
});

describe('connections', () => {
  const fields = composites.flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
      .map((field) => [`${type.name}.${field.name}`, field] as const),
  );

  it.each(fields)('%s takes first and after', (_path, field) => {
    const args = Object.fromEntries(field.args.map((arg) => [arg.name, String(arg.type)]));
    expect(args).toMatchObject({ first: 'Int', after: 'String' });
    const connection = getNamedType(field.type);
    if (!isObjectType(connection)) throw new Error('a connection is an object');
    const { edges, pageInfo } = connection.getFields();
    expect(String(pageInfo?.type)).toBe('PageInfo!');
    const edge = getNamedType(edges?.type);
    if (!isObjectType(edge)) throw new Error('an edge is an object');
    expect(String(edge.getFields().cursor?.type)).toBe('String!');
    expect(edge.getFields().node?.type).toBeInstanceOf(GraphQLNonNull);
  });

  it('are the only lists without a bound of their own', () => {
    const lists = composites
      .filter(({ name }) => !/(?:Connection|Edge)$/.test(name))
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter(({ type: of }) => String(of).startsWith('['))
          .map((field) => `${type.name}.${field.name}`),
      );
    // Whoever adds one says here what bounds it.
    expect(lists.sort()).toEqual([
      'ApiKey.scopes', // Five there are.
      'ApiKeyScopesExceeded.missing', // As ApiKey.scopes.
      'Award.limits', // Caps and budgets of one rule.
      'Award.multipliers', // A program’s campaigns that run at one time.
      'Challenge.targetReached', // first
      'ChallengeChange.changes', // first
      'ChallengeChange.removed', // first
      'ChallengeChange.standings', // first
      'ChallengeChange.teamChanges', // first
      'ChallengeChange.teamStandings', // first
      'ChallengeChange.teamsRemoved', // first
      'ChallengeNotValid.problems', // The settings of one challenge, which are bounded.
      'CheckInPayload.awards', // The days of one run within the program's lateness.
      'ClaimTaskPayload.awards', // One task.
      'DraftRulePayload.warnings', // As RuleNotValid.problems.
      'EnrolMemberPayload.awards', // The rules for newcomers, made by the operator.
      'ImportRewardCodesPayload.rejections', // The first 20.
      'LeaderboardChange.changes', // first
      'LeaderboardChange.removed', // first
      'LeaderboardChange.standings', // first
      'LeaderboardFilter.tags', // At most 50.
      'LeaderboardFilter.tiers', // At most 50.
      'LeaderboardNotValid.problems', // The settings of one board, which are bounded.
      'LedgerEntry.limits', // As of an award.
      'LedgerEntry.multipliers',
      'ManifestNotValid.problems', // The first 100.
      'Member.badges', // At most 200 in force, and those that the member was awarded.
      'Member.tags', // At most 50.
      'Member.tasks', // At most 200 in force, and `past` (up to 10) periods of each.
      'MemberTask.missingTasks', // At most 20.
      'MemberTask.requires', // At most 20.
      'NotEligible.tiers', // Of an audience.
      'OperationNotFound.documentIds', // Of those given, at most 500.
      'Points.activating', // first
      'Points.expiring', // first
      'Points.expiryNotices', // first
      'Prizes.bands', // At most 100.
      'PublishRulePayload.warnings', // As RuleNotValid.problems.
      'PushOperationsPayload.added', // Of one manifest, at most 1,000.
      'PushOperationsPayload.restored', // As added.
      'Query.badges', // At most 200 in force.
      'Query.clients', // At most 100, made by the program's operators.
      'Query.leaderboards', // The boards of a program, made by its operator.
      'Query.nodes', // At most 100 ids.
      'Quote.awards', // As of the command.
      'Quote.considered', // The rules for one trigger and the campaigns, made by the operator.
      'RecordActivityPayload.awards', // The rules for one type, made by the operator.
      'Redemption.changes', // Its moves, and one for each unit at most.
      'Redemption.codes', // One a unit, at most 100.
      'Redemption.memberMay', // The moves there are, as operatorMay.
      'Redemption.operatorMay',
      'RedemptionMoveRefused.allowed', // States.
      'RetireOperationsPayload.retired', // Of those given, at most 500.
      'RetireRulePayload.ended', // As Rule.versions.
      'Reward.limits', // One for each kind of period.
      'Reward.tags', // At most 20.
      'Reward.tierPrices', // One for each of at most 20 tiers.
      'RewardNotValid.problems', // The parts of one reward, which is bounded.
      'RewardOffer.limitLeft', // As of the reward.
      'Rule.versions', // What the program’s operators published.
      'RuleNotValid.problems', // The parts of one definition, which is bounded.
      'Season.around', // radius
      'TaskNotCompleted.missingTasks', // As MemberTask.missingTasks.
    ]);
  });
});

describe('refusals', () => {
  it('are listed in RefusalCode, one each', () => {
    const refusal = schema.getType('Refusal');
    if (!isInterfaceType(refusal)) throw new Error('there is an interface Refusal');
    const codes = schema
      .getPossibleTypes(refusal)
      .map(({ name }) => name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase());
    const listed = schema.getType('RefusalCode');
    if (!isEnumType(listed)) throw new Error('there is an enum RefusalCode');
    expect(listed.getValues().map(({ name }) => name)).toEqual(expect.arrayContaining(codes));
    expect(codes).toHaveLength(listed.getValues().length);
  });

  it('can each be met: every one is in a result', () => {
    const refusal = schema.getType('Refusal');
    if (!isInterfaceType(refusal)) throw new Error('there is an interface Refusal');
    const answered = new Set(
      own.flatMap((type) => (isUnionType(type) ? type.getTypes() : [])).map(String),
    );
    const unused = schema.getPossibleTypes(refusal).filter(({ name }) => !answered.has(name));
    expect(unused.map(String)).toEqual([]);
  });
});

describe('subscriptions', () => {
  it.each(roots.subscription.map((field) => [field.name, field] as const))(
    '%s is named after what happened, and its message has a version',
    (name, field) => {
      expect(name).toMatch(/^[a-z]+[A-Z][a-z]+(ed|en)$/);
      const message = getNamedType(field.type);
      if (!isObjectType(message)) throw new Error('a message is an object');
      expect(String(message.getFields().version?.type)).toBe('SafeInt!');
    },
  );
});

describe('nodes', () => {
  it('have an id and are reached by node and nodes', () => {
    const query = roots.query.map(({ name }) => name);
    expect(query).toEqual(expect.arrayContaining(['node', 'nodes']));
    const node = schema.getType('Node');
    if (!isInterfaceType(node)) throw new Error('there is an interface Node');
    for (const type of schema.getPossibleTypes(node)) {
      expect(String(type.getFields().id?.type), type.name).toBe('ID!');
    }
  });
});
