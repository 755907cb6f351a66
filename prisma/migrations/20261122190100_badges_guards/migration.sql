-- What badges want the database itself to keep.
ALTER TABLE badge_award
  ADD CONSTRAINT badge_award_by_hand CHECK ((reason IS NULL) = (changed_by IS NULL)),
  ADD CONSTRAINT badge_award_revoked CHECK (revoked_at IS NULL OR reason IS NOT NULL);

-- An award is for ever: it may be revoked and restored, and says what it was for as long as it is
-- there.
CREATE FUNCTION keep_badge_award() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.member_id, NEW.rule_id, NEW.program_id, NEW.version, NEW.awarded_at,
       NEW.recorded_at, NEW.source, NEW.position) IS NOT DISTINCT FROM
       (OLD.member_id, OLD.rule_id, OLD.program_id, OLD.version, OLD.awarded_at,
       OLD.recorded_at, OLD.source, OLD.position) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an award of a badge stays: it may be revoked'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER badge_award_stays BEFORE UPDATE OR DELETE ON badge_award
  FOR EACH ROW EXECUTE FUNCTION keep_badge_award();
CREATE TRIGGER badge_award_no_truncate BEFORE TRUNCATE ON badge_award
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who has a badge.
CREATE INDEX badge_award_rule ON badge_award (rule_id, member_id);
-- What a job looks through.
CREATE INDEX badge_sweep_open ON badge_sweep (rule_id, subject) WHERE done_at IS NULL;

ALTER TABLE badge_revision SET (fillfactor = 70);
