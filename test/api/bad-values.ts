/** Values that no input of a kind may be, whatever it is called. */
import { toGlobalId } from '../../src/graphql/ids.ts';

const noScalars = [{}, { a: 1 }, [], ['a', 'b'], [[]]];

/** Texts that look like others, or like nothing: blanks around, nothing visible, turned round. */
const deceptiveTexts = [
  ...[' ', ' a', 'a ', '\u00a0a', 'a\u3000', 'a\u2028', '\ufeffa', 'a\ufeff'],
  ...['\u200b', '\u200d\u200c', '\u2060', '\u00ad', '\ufe0f', '\u3164', '\u2800', '\u{e0061}'],
  ...['a\u202eb', 'a\u2066b\u2069', '\u200eada', 'ada\u200f', 'a\u061cb'],
];
export const badTexts = [
  ...['', 'a\u0000b', '\u0000', '\ud800', 'a\udc00b', 1, true, ...noScalars],
  ...deceptiveTexts,
];
/** Texts that are unusual, and nevertheless all right. */
export const goodTexts = [
  ...['a', 'Ada Lovelace', 'a  b', "O'Brien", '名前', 'José', 'Jose\u0301', 'عمر', 'שלום'],
  ...['👩‍🚀', '❤️', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '#️⃣', 'می\u200cخواهم', 'क्\u200dष', 'co\u00adoperate', '=1+1'],
];
export const badShortTexts = [...badTexts, 'x'.repeat(501), 'x'.repeat(10_000), 'a\nb', '\u007f'];
export const badNicknames = [...badTexts, 'x'.repeat(41), 'a\nb'];
export const badAddresses = [
  ...['', 'x', 'http://x.org/a', 'https://', 'javascript:alert(1)', 'https://a b', 1, true, {}],
  `https://x.org/${'a'.repeat(2_000)}`,
];
export const badExternalIds = [...badTexts, 'x'.repeat(129), 'x'.repeat(10_000), 'a\tb'];
export const badIdempotencyKeys = [...badTexts, 'x'.repeat(256), 'x'.repeat(10_000), 'a\rb'];
export const badKeys = [...badTexts, ' ', 'a b', '-a', '.a', 'ü', 'a/b', "a'--", 'x'.repeat(65)];

export const badBirthdays = [
  ...['', '1-1', '02-30', '13-01', '00-10', '04-31', '2000-01-01', '01/02', ' 01-02', 1, true],
  ...noScalars,
];
export const badTags = [
  ...badKeys.map((tag) => [tag]),
  Array.from({ length: 51 }, (_, index) => `tag-${index}`),
];

const noNumbers = ['1', '', 'ten', '1e3', true, ...noScalars];
const noWholes = [0.5, -0.5, 1.000_000_1, Number.MIN_VALUE];
const tooLarge = [2 ** 53, 2 ** 53 + 2, -(2 ** 53), 1e300, Number.MAX_VALUE];

export const badExact = [...noNumbers, ...noWholes, ...tooLarge];
export const badAmounts = [...badExact, 0, -0];
export const badPositives = [...badExact, 0, -0, -1, Number.MIN_SAFE_INTEGER];
export const badQuantities = [...badExact, -1, Number.MIN_SAFE_INTEGER];
export const badInts = [...noNumbers, ...noWholes, ...tooLarge, 2 ** 31, -(2 ** 31) - 1, 1e12];

export const badInstants = [
  ...['', 'now', 'yesterday', '2026', '2026-03-29', '2026-03-29T08:00:00', '08:00:00Z'],
  ...['2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', '2026-03-29T24:00:00Z'],
  ...['2026-03-29T08:60:00Z', '2016-12-31T23:59:60Z', '2026-03-29T08:00Z', '20260329T080000Z'],
  ...['2026-03-29T08:00:00+19:00', '2026-03-29T08:00:00+02', '2026-03-29T08:00:00 Z'],
  ...['2026-03-29T08:00:00+02:00[Europe/Rome]', '2026-03-29 08:00:00Z', '2026-03-29t08:00:00z'],
  ...['1969-12-31T23:59:59Z', '2101-01-01T00:00:00Z', '0000-01-01T00:00:00Z'],
  ...['+010000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z', '2026-03-29T08:00:00.0000000000Z'],
  ...['2026-03-29T08:00:00Z\u0000', ' 2026-03-29T08:00:00Z', '2026-03-29T08:00:00Z\n'],
  ...[0, 1_774_771_200_000, -1, 0.5, true, {}, [], ['2026-03-29T08:00:00Z', '2026']],
];

/** Global ids that name no row of a type: made up, of other types, beyond what the database has. */
export function badIds(type: string): unknown[] {
  const others = ['Member', 'Reward', 'Redemption'].filter((name) => name !== type);
  const rows = ['', '0', '-1', '01', '1.5', '1e3', ' 1', '1 ', '+1', '0x1', 'a', 'null', '1\u0000'];
  const beyond = ['9007199254740992', '9223372036854775808', '1'.repeat(400)];
  return [
    ...['', ' ', 'a', '1', 'a\u0000b', '\ud800', '=', '💥', 'x'.repeat(10_000), "' or 1=1 --"],
    ...[...rows, ...beyond, "1' or '1'='1"].map((row) =>
      Buffer.from(`${type}:${row}`).toString('base64'),
    ),
    ...['', type, `${type}:`, ':1', ':', `${type}:1:2`, `${type.toLowerCase()}:1`].map((text) =>
      Buffer.from(text).toString('base64'),
    ),
    ...[...others, 'Program', 'Query', '__Schema', 'constructor', '__proto__'].map((name) =>
      toGlobalId(name, 1),
    ),
    ...[0.5, true, {}, [], ['a', 'b']],
  ];
}

/** Cursors that belong to no place of a list, or to another list. */
export function badCursors(list: string): unknown[] {
  const forged = (value: unknown, of = list) =>
    Buffer.from(JSON.stringify([of, value])).toString('base64url');
  const places = [null, '', 'a', '\u0000', -1, 0, 0.5, 2 ** 53, 1e300, true, {}, [], [1], '1'];
  const dates = ['0000-01-01', '2026-02-30', '2026-13-01', '10000-01-01', "2026-01-01' or 1=1"];
  const instants = ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z', '2026-02-30T00:00:00Z'];
  const rows = [
    [1, 1, '0000-01-01T00:00:00Z', 1],
    [1, 1, 'now', 1],
    [1, 0.5, '2026-01-01T00:00:00Z', 1],
  ];
  const others = ['rewards', 'redemptions', 'ledger', 'checkIns', 'seasons', 'standings'];
  return [
    ...['', ' ', 'a', 'e30', 'W10', '\u0000', '\ud800', 'x'.repeat(10_000), '='],
    ...[...places, ...dates, ...instants, ...rows].map((place) => forged(place)),
    ...others.filter((of) => of !== list).map((of) => forged(1, of)),
    ...[forged('2026-01-01', '__proto__'), forged(1, 'constructor')],
    ...[Buffer.from('['.repeat(30_000)).toString('base64url')],
    ...[1, 0.5, true, {}, [], ['a', 'b']],
  ];
}

export const badPageSizes = [0, -0, -1, 101, 2 ** 31 - 1, -(2 ** 31), ...badInts];
