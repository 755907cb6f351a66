/** From what an operator gives to the terms of a reward, and everything that is wrong with it. */
import { z } from 'zod';
import { keyText } from '../engine/inputs.ts';
import { audienceProblems, limitProblems, repeated } from '../rules/common-checks.ts';
import type { Tiers } from '../rules/definition.ts';
import { listOf, type Problem, plainWords, problemsOf } from '../rules/shapes.ts';
import { RewardNotValid } from './rewards.refusals.ts';
import { price, type RewardTerms, rewardTerms } from './terms.ts';

/** How long an order with a cash part waits for its payment, unless said otherwise. */
const RESERVE_MINUTES = 15;
/** As many as there can be tiers. */
const TIER_PRICES_MAX = 20;

const tierPrice = z.strictObject({ tier: keyText, price });
export type TierPrice = z.output<typeof tierPrice>;

/** Tier prices come as a list: GraphQL has no records. */
const givenTerms = rewardTerms.extend({ tierPrices: listOf(tierPrice, 0, TIER_PRICES_MAX) });
type GivenTerms = z.output<typeof givenTerms>;

/** Terms as an operator gives them: what is left out stays, or has its default; null clears. */
export type RewardPatch = {
  readonly [Field in keyof GivenTerms]?: GivenTerms[Field] | null | undefined;
};

/** What the checks are made against. */
export type Surroundings = { readonly tiers: Tiers | null; readonly now: Date };

const defaults: Omit<RewardTerms, 'title' | 'price'> = {
  kind: 'VIRTUAL',
  state: 'ON_SALE',
  visibility: 'LISTED',
  description: '',
  imageUrl: null,
  tags: [],
  tierPrices: {},
  cash: null,
  stock: null,
  audience: null,
  startsAt: null,
  endsAt: null,
  limits: [],
  reserveMinutes: null,
  memberCancels: false,
};

/** What stands for a field that is wrong by itself, so that the others are checked all the same. */
const blank = { ...defaults, title: '-', price: 1, tierPrices: [] };

/** The terms of a new reward. RewardNotValid with all that is wrong. */
export function newTerms(given: RewardPatch, around: Surroundings): RewardTerms {
  const read = parsed(defaults, given);
  const terms = { ...read.terms };
  if (terms.kind === 'COUPON') terms.stock = 0;
  refuse(read, [...handStockProblems(terms, given), ...termsProblems(terms, around)]);
  return terms;
}

/**
 * The terms after a patch. What was wrong before is not held against it: tiers go, schedules end,
 * and a reward can still be withdrawn. `kindFixed`: why the kind cannot change, if it cannot.
 */
export function changedTerms(
  before: RewardTerms,
  patch: RewardPatch,
  around: Surroundings,
  kindFixed?: string,
): RewardTerms {
  const read = parsed(before, patch);
  const terms = { ...read.terms };
  if (terms.kind === 'COUPON' && before.kind !== 'COUPON') terms.stock = 0;
  const known = new Set(termsProblems(before, around).map(({ message }) => message));
  const found = termsProblems(terms, around).filter(({ message }) => !known.has(message));
  const ofKind =
    kindFixed === undefined || terms.kind === before.kind
      ? []
      : [{ field: 'kind', message: kindFixed }];
  refuse(read, [...handStockProblems(terms, patch), ...ofKind, ...found]);
  return terms;
}

type Read = { readonly terms: RewardTerms; readonly problems: readonly Problem[] };

const rootOf = (field: string) => field.split('.')[0] ?? field;

/** Refuses with all problems; of a field that is wrong by itself only that is said. */
function refuse({ problems }: Read, others: readonly Problem[]): void {
  const broken = new Set(problems.map(({ field }) => rootOf(field)));
  const all = [...problems, ...others.filter(({ field }) => !broken.has(rootOf(field)))];
  if (all.length > 0) throw new RewardNotValid(all);
}

/** Null clears; what cannot be clear says so. */
const patchWords: typeof plainWords = (issue) =>
  issue.input === null ? 'cannot be empty' : plainWords(issue);

/** What is there with what is given in its place, every field checked for itself. */
function parsed(base: Partial<RewardTerms>, given: RewardPatch): Read {
  const { tierPrices = {}, ...rest } = base;
  const list = Object.entries(tierPrices).map(([tier, points]) => ({ tier, price: points }));
  const candidate = { ...rest, tierPrices: list, ...withoutUndefined(given) };
  const needsMinutes = candidate.cash != null && candidate.reserveMinutes == null;
  if (needsMinutes && given.reserveMinutes === undefined) {
    candidate.reserveMinutes = RESERVE_MINUTES;
  }
  const result = givenTerms.safeParse(candidate, { error: patchWords });
  if (result.success) return readPrices(result.data, []);
  const problems = problemsOf(result.error, 'reward');
  const broken = new Set(problems.map(({ field }) => rootOf(field)));
  const mended = Object.entries(blank).filter(([field]) => broken.has(field));
  const others = givenTerms.safeParse({ ...candidate, ...Object.fromEntries(mended) });
  if (!others.success) throw new RewardNotValid(problems);
  return readPrices(others.data, problems);
}

function readPrices({ tierPrices, ...terms }: GivenTerms, problems: readonly Problem[]): Read {
  const twice = repeated(tierPrices, ({ tier }) => tier).map(({ item, index }) => ({
    field: `tierPrices.${index}.tier`,
    message: `there is a price for ${item.tier} already`,
  }));
  const prices = tierPrices.map(({ tier, price: points }) => [tier, points]);
  return {
    terms: { ...terms, tierPrices: Object.fromEntries(prices) },
    problems: [...problems, ...twice],
  };
}

const withoutUndefined = (given: RewardPatch) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

/** Of a COUPON the codes are the stock. */
const handStockProblems = ({ kind }: RewardTerms, { stock }: RewardPatch): Problem[] =>
  kind === 'COUPON' && stock !== undefined
    ? [{ field: 'stock', message: 'the codes of a COUPON are its stock: import codes instead' }]
    : [];

/** What does not go together, or with the program as it is. Messages tell their fields apart. */
export function termsProblems(terms: RewardTerms, { tiers, now }: Surroundings): Problem[] {
  const { cash, reserveMinutes, limits, audience, visibility } = terms;
  const problems = [
    ...saleProblems(terms, now),
    ...limitProblems(
      { list: 'limits', amount: 'units', noun: 'limit' },
      limits.map(({ period, units }) => ({ period, most: units })),
    ),
    ...audienceProblems(audience ?? undefined, tiers),
    ...tierPriceProblems(terms, tiers),
  ];
  if (visibility === 'AUDIENCE' && audience === null) {
    const message = 'AUDIENCE shows it to its audience: say `audience`, or LISTED for everybody';
    problems.push({ field: 'visibility', message });
  }
  if (cash !== null && reserveMinutes === null) {
    const message = 'an order with a cash part waits for its payment: say for how many minutes';
    problems.push({ field: 'reserveMinutes', message });
  }
  return problems;
}

function saleProblems({ state, startsAt, endsAt }: RewardTerms, now: Date): Problem[] {
  if (endsAt === null) return [];
  const field = 'endsAt';
  if (startsAt !== null && endsAt <= startsAt) {
    const message = `${endsAt.toISOString()} is not after the start, ${startsAt.toISOString()}`;
    return [{ field, message }];
  }
  if (state === 'WITHDRAWN' || now < endsAt) return [];
  const message = `${endsAt.toISOString()} is over: it is ${now.toISOString()}`;
  return [{ field, message }];
}

function tierPriceProblems({ tierPrices, audience }: RewardTerms, tiers: Tiers | null) {
  const keys = (tiers?.levels ?? []).map(({ key }) => key);
  return Object.keys(tierPrices).flatMap((tier): Problem[] => {
    const field = `tierPrices.${tier}`;
    if (!keys.includes(tier)) {
      const known = keys.length === 0 ? 'the program has no tiers' : `there are ${keys.join(', ')}`;
      return [{ field, message: `there is no tier ${tier} to have a price: ${known}` }];
    }
    if (audience?.tiers === undefined || audience.tiers.includes(tier)) return [];
    return [{ field, message: `${tier} is not in the audience: nobody would pay this price` }];
  });
}
