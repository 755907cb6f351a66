import { builder } from '../graphql/builder.ts';

export const HoldStateEnum = builder.enumType('HoldState', {
  description: 'Where a hold stands.',
  values: {
    HELD: { description: 'The points are set aside.' },
    CAPTURED: { description: 'They were taken, all or in part; the rest is free again.' },
    RELEASED: { description: 'They were given back.' },
    EXPIRED: { description: 'Its time ended; they are free again.' },
  },
});
