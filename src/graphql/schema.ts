/** The schema: an explicit list of the domains, in the order of the documentation. */
import './scalars.ts';
import './refusal.schema.ts';
import './node.schema.ts';
import '../programs/programs.schema.ts';
import '../members/members.schema.ts';
import '../points/points.schema.ts';
import '../points/refusals.schema.ts';
import '../points/adjustments.schema.ts';
import '../points/reversals.schema.ts';
import '../holds/refusals.schema.ts';
import '../holds/holds.schema.ts';
import '../tiers/tiers.schema.ts';
import '../checkin/checkin.schema.ts';
import '../activities/activities.schema.ts';
import '../earning/quote.schema.ts';
import '../rules/rules.schema.ts';
import '../rewards/rewards.schema.ts';
import '../redemptions/refusals.schema.ts';
import '../redemptions/redemptions.schema.ts';
import '../redemptions/redemption-commands.schema.ts';
import '../leaderboards/leaderboards.schema.ts';
import '../live/live.schema.ts';
import '../audit/audit.schema.ts';
import { builder } from './builder.ts';

export const schema = builder.toSchema();
