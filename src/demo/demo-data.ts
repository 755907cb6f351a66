import type { RewardPatch } from '../rewards/edit-terms.ts';

const range = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, index) => from - index);

/** Members of the demo and how many days ago they checked in; nobody has today yet. */
export const demoMembers = [
  { externalId: 'ada', displayName: 'Ada Lovelace', daysAgo: range(9, 1) },
  { externalId: 'grace', displayName: 'Grace Hopper', daysAgo: [...range(16, 9), ...range(6, 1)] },
  { externalId: 'alan', displayName: 'Alan Turing', daysAgo: range(6, 1) },
  { externalId: 'katherine', displayName: 'Katherine Johnson', daysAgo: range(12, 1) },
  { externalId: 'edsger', displayName: 'Edsger Dijkstra', daysAgo: range(20, 14) },
  { externalId: 'barbara', displayName: 'Barbara Liskov', daysAgo: [...range(15, 10), 3, 2, 1] },
  { externalId: 'tu', displayName: '屠呦呦', daysAgo: range(11, 1) },
  { externalId: 'donald', displayName: 'Donald Knuth', daysAgo: [10, 8, 6, 4, 2] },
  { externalId: 'margaret', displayName: 'Margaret Hamilton', daysAgo: range(8, 1) },
  { externalId: 'linus', displayName: 'Linus Torvalds', daysAgo: [5, 4, 1] },
  { externalId: 'radia', displayName: 'Radia Perlman', daysAgo: range(7, 2) },
  { externalId: 'niklaus', displayName: 'Niklaus Wirth', daysAgo: [2, 1] },
] as const;

/** Levels by points ever earned: members of the demo are in each of them. */
export const demoTiers = {
  basis: 'LIFETIME',
  levels: [
    { key: 'member', name: 'Member', threshold: 0 },
    { key: 'silver', name: 'Silver', threshold: 150 },
    { key: 'gold', name: 'Gold', threshold: 300 },
  ],
};

/** Rewards of each kind; the codes of a coupon are its stock. */
export const demoRewards: readonly { terms: RewardPatch; codes?: readonly string[] }[] = [
  {
    terms: {
      ...{ title: 'Coffee', description: 'One cup of your choice.', price: 50, kind: 'SERVICE' },
      tags: ['food'],
    },
  },
  {
    terms: {
      ...{ title: 'Sticker pack', description: 'Five stickers.', price: 30, kind: 'GOODS' },
      ...{ stock: 200, tags: ['swag'] },
    },
  },
  {
    terms: {
      ...{ title: 'T-shirt', description: 'Sizes S to XXL.', price: 300, kind: 'GOODS' },
      ...{
        stock: 25,
        tags: ['swag'],
        limits: [{ period: 'MONTH', units: 1 }],
        memberCancels: true,
      },
    },
  },
  {
    terms: {
      ...{ title: 'Conference ticket', description: 'One day.', price: 2500, stock: 1 },
      ...{ tierPrices: [{ tier: 'gold', price: 2000 }], tags: ['event'] },
    },
  },
  {
    terms: {
      ...{ title: 'Book voucher', description: '10 euros.', price: 80, kind: 'COUPON' },
      ...{ tags: ['books'], limits: [{ period: 'DAY', units: 1 }] },
    },
    codes: Array.from({ length: 12 }, (_, n) => `BOOK-${4_711 + 97 * n}-DEMO`),
  },
  {
    terms: {
      ...{ title: 'Headphones', description: 'Points and 19.90 euros.', price: 150, kind: 'GOODS' },
      ...{ stock: 10, cash: { amount: 1_990, currency: 'EUR' }, tags: ['tech'] },
    },
  },
  {
    terms: {
      ...{ title: 'Lounge day', description: 'For gold members.', price: 120, kind: 'SERVICE' },
      ...{ visibility: 'AUDIENCE', audience: { tiers: ['gold'] }, tags: ['food', 'event'] },
    },
  },
];

/** Earning rules, by key. */
export const demoRules = {
  purchase: {
    trigger: { on: 'ACTIVITY', type: 'purchase' },
    points: { fixed: 20 },
    expiry: { days: 365, until: 'END_OF_DAY' },
  },
  share: { trigger: { on: 'ACTIVITY', type: 'share' }, points: { fixed: 5 } },
  survey: { trigger: { on: 'ACTIVITY', type: 'survey' }, points: { fixed: 15 } },
};

/** Tasks, by key; parts before what is made of them. */
export const demoTasks = {
  'check-in-week': {
    title: 'Check in on five days of a week',
    trigger: { on: 'CHECK_IN' },
    target: { count: 5 },
    period: { every: 'WEEKLY' },
    points: 50,
  },
  'share-twice': {
    title: 'Share twice a week',
    trigger: { on: 'ACTIVITY', type: 'share' },
    target: { count: 2 },
    period: { every: 'WEEKLY' },
    points: 20,
  },
  'first-purchase': {
    title: 'Buy something',
    description: 'Claim your points when you have.',
    trigger: { on: 'ACTIVITY', type: 'purchase' },
    target: { count: 1 },
    claim: 'BY_HAND',
    points: 100,
  },
  explorer: {
    title: 'Do any two of these',
    of: { any: ['check-in-week', 'share-twice', 'first-purchase'], count: 2 },
    points: 75,
  },
};
