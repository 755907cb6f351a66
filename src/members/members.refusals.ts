import { Refusal } from '../platform/refusal.ts';

/** The program has no such member. */
export class MemberNotFound extends Refusal {
  readonly code = 'MEMBER_NOT_FOUND';

  constructor() {
    super('There is no such member.');
  }
}

/** The external id belongs to a member already. */
export class MemberAlreadyEnrolled extends Refusal {
  readonly code = 'MEMBER_ALREADY_ENROLLED';
  readonly memberId: number;

  constructor(memberId: number) {
    super('There is a member with this external id already.');
    this.memberId = memberId;
  }
}
