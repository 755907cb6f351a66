import type { RecordActivityInput } from '../activities/record-activity.ts';
import { type MemberBy, memberRefFor } from '../members/member-access.ts';
import { newReference } from '../platform/ids.ts';
import type { Context } from './context.ts';
import { withoutNulls } from './inputs.ts';

/** An activity as the API is given it. */
export type GivenActivity = {
  readonly member?: MemberBy | null | undefined;
  readonly type: string;
  readonly occurredAt?: Date | null | undefined;
  readonly value?: number | null | undefined;
  readonly units?: number | null | undefined;
  readonly attributes?:
    | readonly { readonly key: string; readonly value: string }[]
    | null
    | undefined;
  readonly reference?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
};

/** The command of an input. Without a reference it gets one, the same for the same key. */
export async function activityCommand(
  context: Context,
  input: GivenActivity,
): Promise<RecordActivityInput> {
  const member = await memberRefFor(context, input.member);
  const { attributes, ...given } = withoutNulls(input);
  return {
    ...given,
    member,
    reference: given.reference ?? newReference(given.idempotencyKey),
    ...(attributes && {
      attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, value])),
    }),
  };
}
