-- The history of an order is never changed, but for notes that are forgotten (S44).
CREATE FUNCTION keep_redemption_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE forgotten redemption_change := OLD;
BEGIN
  forgotten.note := NULL;
  IF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM forgotten THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER redemption_change_insert_only ON redemption_change;
CREATE TRIGGER redemption_change_insert_only BEFORE UPDATE OR DELETE ON redemption_change
  FOR EACH ROW EXECUTE FUNCTION keep_redemption_change();

-- Erasures that the job still has to work at.
CREATE INDEX erasure_pending ON erasure (position) WHERE done_at IS NULL;
