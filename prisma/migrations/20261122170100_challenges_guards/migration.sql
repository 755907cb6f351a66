-- What challenges and settlements want the database itself to keep and find.

ALTER TABLE challenge
  ADD CONSTRAINT challenge_play CHECK (ends_at > starts_at),
  ADD CONSTRAINT challenge_joining CHECK (join_until > join_from AND join_until <= ends_at),
  ADD CONSTRAINT challenge_goal_target CHECK ((goal::text = 'RANKING') = (target IS NULL)),
  ADD CONSTRAINT challenge_room CHECK (capacity > 0 AND
    CASE kind WHEN 'TEAM' THEN teams ELSE participants END <= capacity),
  ADD CONSTRAINT challenge_counts CHECK (participants >= 0 AND teams >= 0 AND minimum >= 0),
  ADD CONSTRAINT challenge_fee CHECK (entry_fee BETWEEN 0 AND 9007199254740991),
  ADD CONSTRAINT challenge_team CHECK (CASE kind WHEN 'TEAM'
    THEN team_size_max > 0 AND team_scoring IS NOT NULL AND team_prize_split IS NOT NULL
    ELSE teams = 0 AND num_nonnulls(team_size_max, team_scoring, team_prize_split) = 0 END),
  ADD CONSTRAINT challenge_team_scoring CHECK (
    (team_scoring IS NOT DISTINCT FROM 'TOP_N') = (team_top IS NOT NULL) AND
    (team_scoring IS NOT DISTINCT FROM 'CAPPED_SUM') = (team_member_cap IS NOT NULL)),
  ADD CONSTRAINT challenge_attempts CHECK (attempts_max > 0);
ALTER TABLE team
  ADD CONSTRAINT team_size CHECK (size >= 0 AND (size > 0 OR disbanded_at IS NOT NULL));
ALTER TABLE challenge_participant
  ADD CONSTRAINT challenge_participant_counts CHECK (counts_until >= counts_from),
  ADD CONSTRAINT challenge_participant_fee CHECK (fee BETWEEN 0 AND 9007199254740991),
  ADD CONSTRAINT challenge_participant_attempts CHECK (attempts >= 0);
ALTER TABLE challenge_attempt
  ADD CONSTRAINT challenge_attempt_score
    CHECK (score BETWEEN -9007199254740991 AND 9007199254740991);
ALTER TABLE payout
  ADD CONSTRAINT payout_points CHECK (points BETWEEN 1 AND 9007199254740991),
  ADD CONSTRAINT payout_paid CHECK ((state = 'PAID') = (paid_at IS NOT NULL));

-- A reference names one attempt of a participant.
CREATE UNIQUE INDEX challenge_attempt_reference
  ON challenge_attempt (challenge_id, member_id, reference) WHERE reference IS NOT NULL;

-- What jobs look for.
CREATE INDEX challenge_to_start ON challenge (starts_at)
  WHERE started_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX challenge_to_refund ON challenge (cancelled_at)
  WHERE cancelled_at IS NOT NULL AND refunded_at IS NULL;
CREATE INDEX settlement_open ON settlement (id) WHERE state <> 'PUBLISHED';
CREATE INDEX payout_open ON payout (settlement_id, member_id) WHERE state = 'PLANNED';

-- Teams as they are ranked.
CREATE INDEX team_standing_order ON team_standing (season_id, score DESC, reached_at, team_id);

-- A frozen season never changes (S69), nor who reached its target, nor its teams.
CREATE TRIGGER team_standing_frozen_insert AFTER INSERT ON team_standing
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_frozen_standings();
CREATE TRIGGER team_standing_frozen_update AFTER UPDATE ON team_standing
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_frozen_standings();
CREATE TRIGGER team_standing_frozen_delete AFTER DELETE ON team_standing
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_frozen_standings();
CREATE TRIGGER team_standing_no_truncate BEFORE TRUNCATE ON team_standing
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER target_reached_frozen_insert AFTER INSERT ON target_reached
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_frozen_standings();
CREATE TRIGGER target_reached_frozen_update AFTER UPDATE ON target_reached
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_frozen_standings();
CREATE TRIGGER target_reached_frozen_delete AFTER DELETE ON target_reached
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_frozen_standings();
CREATE TRIGGER target_reached_no_truncate BEFORE TRUNCATE ON target_reached
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Attempts and winners are written once.
CREATE TRIGGER challenge_attempt_insert_only BEFORE UPDATE OR DELETE ON challenge_attempt
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER challenge_attempt_no_truncate BEFORE TRUNCATE ON challenge_attempt
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER settlement_winner_insert_only BEFORE UPDATE OR DELETE ON settlement_winner
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER settlement_winner_no_truncate BEFORE TRUNCATE ON settlement_winner
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A settlement goes forward only, and nothing of it is removed; what is published stays.
CREATE FUNCTION keep_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state <> 'PUBLISHED' AND NEW.state >= OLD.state
     AND (NEW.program_id, NEW.season_id, NEW.challenge_id, NEW.terms, NEW.started_at)
       IS NOT DISTINCT FROM
       (OLD.program_id, OLD.season_id, OLD.challenge_id, OLD.terms, OLD.started_at) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a settlement goes forward only, and is final once it is published'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER settlement_forward BEFORE UPDATE OR DELETE ON settlement
  FOR EACH ROW EXECUTE FUNCTION keep_settlement();
CREATE TRIGGER settlement_no_truncate BEFORE TRUNCATE ON settlement
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A payout is paid or forfeited once, as it was planned.
CREATE FUNCTION keep_payout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'PLANNED' AND NEW.state <> 'PLANNED'
     AND (NEW.settlement_id, NEW.member_id, NEW.place, NEW.points)
       = (OLD.settlement_id, OLD.member_id, OLD.place, OLD.points) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a payout is paid or forfeited once, as it was planned'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER payout_once BEFORE UPDATE OR DELETE ON payout
  FOR EACH ROW EXECUTE FUNCTION keep_payout();
CREATE TRIGGER payout_no_truncate BEFORE TRUNCATE ON payout
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
