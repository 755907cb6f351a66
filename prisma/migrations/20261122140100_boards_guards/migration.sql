-- What leaderboards want the database itself to keep and find.

-- Those who are shown, as they are ranked.
CREATE INDEX standing_order ON standing (season_id, score DESC, reached_at, member_id)
  WHERE NOT hidden;

-- The few who have opted out, and the seasons that are to be frozen.
CREATE INDEX member_opted_out ON member (id) WHERE leaderboard_opt_out;
CREATE INDEX season_open ON season (leaderboard_id, ends_at) WHERE frozen_at IS NULL;
CREATE INDEX leaderboard_backfill_open ON leaderboard_backfill (id) WHERE state <> 'DONE';

-- Seasons settle for as long as the program takes facts late.
UPDATE leaderboard SET settle_delay_minutes = least(527040, p.lateness_hours * 60)
FROM program p WHERE p.id = leaderboard.program_id;

ALTER TABLE leaderboard
  ADD CONSTRAINT leaderboard_activity CHECK
    ((activity_type IS NOT NULL) = (metric::text IN ('ACTIVITY_VALUE', 'ACTIVITY_COUNT'))),
  ADD CONSTRAINT leaderboard_settles CHECK (settle_delay_minutes BETWEEN 0 AND 527040),
  ADD CONSTRAINT leaderboard_interval CHECK (ends_at > starts_at);
ALTER TABLE season
  ADD CONSTRAINT season_frozen_as CHECK (frozen_at IS NOT NULL OR definition IS NULL);

-- A frozen season is a snapshot that never changes (S69).
CREATE TRIGGER season_frozen BEFORE UPDATE OR DELETE ON season
  FOR EACH ROW WHEN (OLD.frozen_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- One look per statement, whatever it changes: the rows of one are of few seasons.
CREATE FUNCTION keep_frozen_standings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM changed c JOIN season s ON s.id = c.season_id
             WHERE s.frozen_at IS NOT NULL) THEN
    RAISE EXCEPTION 'standings of a frozen season are never changed or removed'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER standing_frozen_insert AFTER INSERT ON standing REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION keep_frozen_standings();
CREATE TRIGGER standing_frozen_update AFTER UPDATE ON standing REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION keep_frozen_standings();
CREATE TRIGGER standing_frozen_delete AFTER DELETE ON standing REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION keep_frozen_standings();
CREATE TRIGGER standing_no_truncate BEFORE TRUNCATE ON standing
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
