-- Entry fees that may have to be given back: the job looks for those of cancelled challenges.
CREATE INDEX challenge_participant_fee ON challenge_participant (challenge_id, member_id)
  WHERE fee_seq IS NOT NULL;
