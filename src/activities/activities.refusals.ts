import { Refusal } from '../platform/refusal.ts';

/** The reference names an activity of another member. */
export class ActivityReferenceReused extends Refusal {
  readonly code = 'ACTIVITY_REFERENCE_REUSED';

  constructor() {
    super('This reference was used for an activity of another member.');
  }
}

/** The member has no activity of this type and reference. */
export class ActivityNotFound extends Refusal {
  readonly code = 'ACTIVITY_NOT_FOUND';

  constructor() {
    super('There is no such activity.');
  }
}
