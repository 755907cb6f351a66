-- A frozen season never changes (S69), but for its version: it grows when its prizes are published and
-- when somebody in it looks other than before, so that whoever watches is told.
CREATE FUNCTION keep_frozen_season() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.version > OLD.version
     AND to_jsonb(NEW) - 'version' = to_jsonb(OLD) - 'version' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'frozen seasons are never changed or removed'
    USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER season_frozen ON season;
CREATE TRIGGER season_frozen BEFORE UPDATE OR DELETE ON season
  FOR EACH ROW WHEN (OLD.frozen_at IS NOT NULL) EXECUTE FUNCTION keep_frozen_season();

-- Such a version changes nobody's standing.
ALTER TABLE season_change
  DROP CONSTRAINT season_change_version,
  ADD CONSTRAINT season_change_version CHECK (version > 0);
