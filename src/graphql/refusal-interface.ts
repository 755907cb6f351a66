/** What all refusals share; each is described beside its domain. */
import type { Refusal } from '../platform/refusal.ts';
import { builder } from './builder.ts';

export const RefusalCode = builder.enumType('RefusalCode', {
  description: 'Stable codes of refusals; new ones may be added.',
  values: {
    MEMBER_NOT_FOUND: { description: 'The program has no such member.' },
    MEMBER_ALREADY_ENROLLED: { description: 'The external id belongs to a member already.' },
    OCCURRED_IN_FUTURE: { description: 'More than five minutes ahead of the server’s clock.' },
    OCCURRED_TOO_LONG_AGO: { description: 'Older than the program accepts.' },
    ACTIVITY_REFERENCE_REUSED: { description: 'The reference names another member’s activity.' },
    REWARD_NOT_FOUND: { description: 'The program has no such reward.' },
    REWARD_NOT_VALID: { description: 'The reward’s terms have mistakes.' },
    REWARD_CHANGED: { description: 'Somebody else changed the reward meanwhile.' },
    STOCK_NOT_COUNTED: { description: 'The reward has no stock to adjust.' },
    STOCK_TOO_SMALL: { description: 'There are fewer units than are to be taken.' },
    REWARD_HAS_NO_CODES: { description: 'Only a COUPON has codes.' },
    CODES_RESERVED: { description: 'Orders that are not confirmed yet need these codes.' },
    PRICE_CHANGED: { description: 'The price is not the expected one.' },
    OUT_OF_STOCK: { description: 'Fewer units are left than asked for.' },
    REWARD_NOT_ON_SALE: { description: 'Withdrawn, or outside its time of sale.' },
    NOT_ELIGIBLE: { description: 'The reward is for others.' },
    REDEMPTION_LIMIT_REACHED: { description: 'More units than one member may have.' },
    REDEMPTION_NOT_FOUND: { description: 'There is no such order.' },
    REDEMPTION_MOVE_REFUSED: { description: 'The order cannot move there.' },
    NOT_BY_MEMBER: { description: 'Members cannot do this themselves.' },
    CODE_NOT_FOUND: { description: 'There is no such code.' },
    CODE_NOT_USABLE: { description: 'The code is nobody’s yet, used or void.' },
    INSUFFICIENT_POINTS: { description: 'Fewer points are available than needed.' },
    ACTIVITY_NOT_FOUND: { description: 'The member has no such activity.' },
    ENTRY_NOT_FOUND: { description: 'The member has no such earning.' },
    ALREADY_REVERSED: { description: 'All of it was taken back before.' },
    TOO_MANY_UNITS: { description: 'Fewer items or units are left to return.' },
    NOTHING_PENDING: { description: 'Nothing of it waits for a confirmation.' },
    HOLD_NOT_FOUND: { description: 'The member has no such hold.' },
    HOLD_NOT_OPEN: { description: 'The hold has ended.' },
    HOLD_TOO_SMALL: { description: 'The hold has fewer points.' },
    ADJUSTMENT_NOT_FOUND: { description: 'There is no such adjustment of this member.' },
    ADJUSTMENT_DECIDED: { description: 'The adjustment was approved or rejected before.' },
    ADJUSTMENT_EXPIRED: { description: 'What the adjustment would add would have expired.' },
    SECOND_PERSON_REQUIRED: { description: 'Who asked for an adjustment cannot approve it.' },
    BALANCE_OUT_OF_RANGE: { description: 'The balance would exceed 2^53 − 1.' },
    TASK_NOT_FOUND: { description: 'There is no such task for this member.' },
    TASK_NOT_COMPLETED: { description: 'The target of the task is not reached.' },
    TASK_PAID_BY_ITSELF: { description: 'The task is not claimed: it is paid as completed.' },
    TASK_ALREADY_CLAIMED: { description: 'The task was paid for that period before.' },
    TASK_CLAIM_CLOSED: { description: 'The time to claim the task is over.' },
    LEADERBOARD_NOT_FOUND: { description: 'There is no such leaderboard.' },
    LEADERBOARD_NOT_VALID: { description: 'The settings of the leaderboard have mistakes.' },
    LEADERBOARD_KEY_TAKEN: { description: 'There is a leaderboard with this key already.' },
    LEADERBOARD_ARCHIVED: { description: 'The leaderboard does not change any more.' },
    LEADERBOARD_BACKFILL_RUNNING: { description: 'A backfill of it is under way.' },
    RULE_NOT_VALID: { description: 'The rule’s definition has mistakes.' },
    RULE_HAS_NO_DRAFT: { description: 'There is nothing to publish.' },
    RULE_DRAFT_CHANGED: { description: 'The draft is another than the one that is meant.' },
    RULE_VERSION_NOT_SCHEDULED: { description: 'There is nothing to withdraw.' },
    RULE_ALREADY_SCHEDULED: { description: 'Another version starts within that time.' },
    RULE_NOT_IN_FORCE: { description: 'There is nothing to retire.' },
    RULE_NEEDED: { description: 'The program cannot be without the rule.' },
    MANIFEST_NOT_VALID: { description: 'The manifest, or operations in it, have mistakes.' },
    CLIENT_NOT_FOUND: { description: 'There is no such client.' },
    OPERATION_NOT_FOUND: { description: 'The client has registered no such operation.' },
  },
});
export type Code = typeof RefusalCode.$inferType;

const RefusalInterface = builder.interfaceRef<Refusal>('Refusal').implement({
  description:
    'A domain "no": nothing was written. Select `... on Refusal { code message }`, so that ' +
    'refusals added later do not break you.',
  fields: (t) => ({
    code: t.field({
      type: RefusalCode,
      description: 'Which refusal it is, for programs.',
      resolve: (refusal) => refusal.code as Code,
    }),
    message: t.exposeString('message', { description: 'What it means, for people (English).' }),
  }),
});

/** What every refusal's type implements. */
export const refusalInterfaces = [RefusalInterface];
