import type { KnownActivity } from '../engine/engine.sql.ts';
import type { Facts } from '../engine/facts.ts';
import type { MemberState } from '../engine/rows.ts';
import { ActivityNotFound } from './activities.refusals.ts';

/** The activity that a command names, or the refusal that the member has none such. */
export function requireActivity(facts: Facts, member: MemberState): KnownActivity {
  const { activity } = facts;
  if (activity?.memberId !== member.memberId) throw new ActivityNotFound();
  return activity;
}
