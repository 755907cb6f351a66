/** The life of points: of what rules pay, and of prizes. */
import type { Expiry } from '../rules/definition.ts';
import { builder } from './builder.ts';

export const ExpiryUntilEnum = builder.enumType('ExpiryUntil', {
  description: 'Where in its last day, month or year a point’s life ends.',
  values: {
    INSTANT: { description: 'At the same local time of day as the fact.' },
    END_OF_DAY: { description: 'At the end of that day.' },
    END_OF_MONTH: { description: 'At the end of that day’s month.' },
    END_OF_YEAR: { description: 'At the end of that day’s year.' },
  },
});

export const ExpiryInput = builder.inputType('ExpiryInput', {
  description: 'When points expire, counted from the local date of what earned them.',
  fields: (t) => ({
    days: t.int({ description: 'Calendar days after it, 0 to 3650; 0 when absent.' }),
    months: t.int({
      description:
        'Instead of days: calendar months after it, 0 to 120, or the last day of one that is ' +
        'too short: from 31 January to 28 February.',
    }),
    years: t.int({
      description:
        'Instead of days or months: years after it, 0 to 10. With END_OF_YEAR, 1 is the end of ' +
        'next year.',
    }),
    until: t.field({
      type: ExpiryUntilEnum,
      required: true,
      description: 'How far the end of life is moved from there; INSTANT takes 1 day at least.',
    }),
  }),
});

export const ExpiryType = builder.objectRef<Expiry>('Expiry').implement({
  description: 'When points expire, counted from a local date: as ExpiryInput says it.',
  fields: (t) => ({
    days: t.int({
      description: 'Calendar days after it; 0 when months or years are counted.',
      resolve: ({ days }) => days,
    }),
    months: t.int({
      description: 'Calendar months after it; 0 when days or years are counted.',
      resolve: ({ months }) => months ?? 0,
    }),
    years: t.int({
      description: 'Years after it; 0 when days or months are counted.',
      resolve: ({ years }) => years ?? 0,
    }),
    until: t.expose('until', {
      type: ExpiryUntilEnum,
      description: 'How far the end of life is moved from there.',
    }),
  }),
});
