import { assert } from '../platform/assert.ts';
import type { AttemptRow, ChallengeRow, ParticipantRow, TeamRow } from './challenge-rows.ts';
import type { Changes } from './changes.ts';
import { attemptKey, type Held, memberIdOf, participantKey, type Spent } from './held.ts';
import type { Touches } from './operation.ts';
import type { MemberState } from './rows.ts';
import { take } from './take.ts';

/** What one command knows of its challenge, as its batch has changed it so far. */
export class ChallengeFacts {
  readonly #held: Held;
  readonly #changes: Changes;
  readonly #touches: Touches;
  readonly #programId: number;

  constructor(held: Held, changes: Changes, touches: Touches, programId: number) {
    this.#held = held;
    this.#changes = changes;
    this.#touches = touches;
    this.#programId = programId;
  }

  /** The challenge the command names, locked; undefined when this program has none such. */
  get challenge(): ChallengeRow | undefined {
    const challenge = this.#held.challenges.get(this.#touches.challenge?.id ?? -1);
    return challenge?.programId === this.#programId ? challenge : undefined;
  }

  /** The member's part in it; undefined when they never joined. */
  get participant(): ParticipantRow | undefined {
    const memberId = memberIdOf(this.#held, this.#programId, this.#touches.member);
    const challengeId = this.challenge?.id;
    if (memberId === undefined || challengeId === undefined) return undefined;
    return this.#held.participants.get(participantKey({ challengeId, memberId }));
  }

  /** The team of a participant. */
  teamOf({ teamId }: ParticipantRow): TeamRow | undefined {
    return teamId === null ? undefined : this.#held.teams.get(teamId);
  }

  /** A team of the challenge by what the command said of it: its name, or its invite code. */
  teamBy(by: Partial<Pick<TeamRow, 'name' | 'inviteCode'>>): TeamRow | undefined {
    const isMeant = ({ name, inviteCode }: TeamRow) =>
      by.name === undefined ? inviteCode === by.inviteCode : name === by.name;
    const challengeId = this.challenge?.id;
    return [...this.#held.teams.values()].find(
      (team) => team.challengeId === challengeId && isMeant(team),
    );
  }

  /** Who is in a team now; only of the team of the command's own member. */
  roster({ id }: TeamRow): ParticipantRow[] {
    return [...this.#held.participants.values()].filter(
      ({ teamId, state }) => teamId === id && state === 'JOINED',
    );
  }

  /** From which lots the member's entry fee was paid, in the order these were taken. */
  spent(member: MemberState, participant: ParticipantRow): readonly Spent[] {
    assert(this.#touches.challenge?.refunds === true, 'the operation said it may give back');
    const { memberId, feeSeq } = participant;
    const paid = this.#changes.inserts.allocations.filter(
      (row) => row.memberId === memberId && row.debitSeq === feeSeq && row.amount > 0,
    );
    if (paid.length === 0) return this.#held.fees.get(participantKey(participant)) ?? [];
    const lots = this.#held.lots.get(member.memberId) ?? [];
    return paid.flatMap(({ lotSeq, amount: taken }) => {
      const lot = lots.find(({ seq }) => seq === lotSeq);
      return lot === undefined ? [] : [{ lot, taken }];
    });
  }

  /** The attempt that the command's reference names; undefined when it is a new one. */
  get attempt(): AttemptRow | undefined {
    const { participant } = this;
    const reference = this.#touches.challenge?.reference;
    if (participant === undefined || reference === undefined) return undefined;
    return this.#held.attempts.get(attemptKey({ ...participant, reference }));
  }

  newTeamId(): number {
    return take(this.#held.newTeamIds);
  }

  newInviteCode(): string {
    const code = this.#held.newInviteCodes.shift();
    assert(code !== undefined, 'a batch makes a code for every command that may need one');
    return code;
  }

  addParticipant(row: ParticipantRow): void {
    const key = participantKey(row);
    this.#held.participants.set(key, row);
    this.#changes.insert('participants', row, () => this.#held.participants.delete(key));
  }

  addTeam(row: TeamRow): void {
    this.#held.teams.set(row.id, row);
    this.#changes.insert('teams', row, () => this.#held.teams.delete(row.id));
  }

  addAttempt(row: AttemptRow): void {
    const key = attemptKey(row);
    if (row.reference !== null) this.#held.attempts.set(key, row);
    this.#changes.insert('attempts', row, () => this.#held.attempts.delete(key));
  }
}
