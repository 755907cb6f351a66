import { type Held, memberIdOf } from './held.ts';
import type { Touches } from './operation.ts';
import type { HoldLotRow, HoldRow, MemberState } from './rows.ts';
import { take } from './take.ts';

/** What one command knows of holds, as its batch has changed them so far. */
export class HoldFacts {
  readonly #held: Held;
  readonly #touches: Touches;
  readonly #programId: number;

  constructor(held: Held, touches: Touches, programId: number) {
    this.#held = held;
    this.#touches = touches;
    this.#programId = programId;
  }

  /** The hold the command names; undefined when the member has none such. */
  get named(): HoldRow | undefined {
    const hold = this.#held.holds.get(this.#touches.hold ?? -1);
    const memberId = memberIdOf(this.#held, this.#programId, this.#touches.member);
    return hold?.memberId === memberId ? hold : undefined;
  }

  /** The member's holds that have not ended, of a command that needs lots. */
  open(member: MemberState): HoldRow[] {
    return [...this.#held.holds.values()].filter(
      ({ memberId, state }) => memberId === member.memberId && state === 'HELD',
    );
  }

  lots(hold: HoldRow): readonly HoldLotRow[] {
    return this.#held.holdLots.get(hold.id) ?? [];
  }

  newId(): number {
    return take(this.#held.newHoldIds);
  }
}
