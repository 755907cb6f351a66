import { Refusal } from '../platform/refusal.ts';

/** The reference names an activity of another member. */
export class ActivityReferenceReused extends Refusal {
  readonly code = 'ACTIVITY_REFERENCE_REUSED';

  constructor() {
    super('This reference was used for an activity of another member.');
  }
}
