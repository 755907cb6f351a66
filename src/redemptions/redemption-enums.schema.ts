import { builder } from '../graphql/builder.ts';

export const RedemptionStateEnum = builder.enumType('RedemptionState', {
  description: 'Where an order stands.',
  values: {
    RESERVED: { description: 'Points and stock are set aside until it is confirmed.' },
    CONFIRMED: { description: 'Paid; the reward is the member’s.' },
    PREPARING: { description: 'Goods are being packed.' },
    SHIPPED: { description: 'Goods are on their way.' },
    DELIVERED: { description: 'Goods have arrived.' },
    ISSUED: { description: 'It can be used: its codes are there, or it was issued elsewhere.' },
    USED: { description: 'It was used.' },
    CANCELLED: { description: 'All of it was given back.' },
    FAILED: { description: 'It could not be fulfilled; all of it was given back.' },
    EXPIRED: { description: 'A reservation that was not confirmed in time; all was given back.' },
  },
});

export const FulfilmentEnum = builder.enumType('Fulfilment', {
  description: 'Where fulfilment takes an order.',
  values: {
    PREPARING: { description: 'Goods are being packed.' },
    SHIPPED: { description: 'Goods are on their way.' },
    DELIVERED: { description: 'Goods have arrived.' },
    ISSUED: { description: 'It can be used; of something virtual or a service.' },
    USED: { description: 'It was used, all of it.' },
    FAILED: { description: 'It cannot be fulfilled: all of it is given back.' },
  },
});

export const RedemptionMoveEnum = builder.enumType('RedemptionMove', {
  description: 'What can be done to an order, and by which mutation.',
  values: {
    CONFIRM: { description: '`confirmRedemption`.' },
    CANCEL: { description: '`cancelRedemption`, whole or unit by unit.' },
    PREPARE: { description: '`fulfilRedemption(state: PREPARING)`.' },
    SHIP: { description: '`fulfilRedemption(state: SHIPPED)`.' },
    DELIVER: { description: '`fulfilRedemption(state: DELIVERED)`.' },
    ISSUE: { description: '`fulfilRedemption(state: ISSUED)`.' },
    USE: { description: '`fulfilRedemption(state: USED)`; of one code `useRewardCode`.' },
    FAIL: { description: '`fulfilRedemption(state: FAILED)`.' },
  },
});

export const RedemptionCauseEnum = builder.enumType('RedemptionCause', {
  description: 'What moved an order.',
  values: {
    MEMBER: { description: 'The member, with a token of their own.' },
    KEY: { description: 'The program: its staff or its systems, by an API key.' },
    EXPIRY: { description: 'Time: the reservation was not confirmed until its end.' },
    SYSTEM: { description: 'Tallymark itself, by another job or the command line.' },
  },
});
