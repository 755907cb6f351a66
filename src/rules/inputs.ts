/** What inputs say of a rule's `key`. */
export const ruleKeyText =
  'Its short name: 1 to 64 letters, digits, ".", "_" or "-". `default` for a check-in plan, ' +
  'tiers and the points policy, of which a program has one.';
