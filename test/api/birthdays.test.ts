import { expect, it } from 'vitest';
import { birthday } from '../../src/members/profile.ts';

it.each([
  ['1990-11-23', 'must be a month and a day, MM-DD: leave the year out'],
  ['02-30', '02-30 is no date of the calendar'],
  ['30.2.', 'must be a month and a day, MM-DD'],
  ['02-29', undefined],
])('the birthday %s: %s', (text, message) => {
  expect(birthday.safeParse(text).error?.issues[0]?.message).toBe(message);
});
