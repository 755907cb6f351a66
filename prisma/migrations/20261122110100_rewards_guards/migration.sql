-- What rewards and their orders want the database itself to keep. A migration of its own: a value
-- added to an enum can be named only once it is committed.

-- A refund gives points back: to the lots they came from, or to one of its own.
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_sign;
ALTER TABLE ledger_entry
  ADD CONSTRAINT ledger_entry_sign CHECK ((kind IN ('EARN', 'REFUND') AND amount > 0)
    OR (kind IN ('SPEND', 'EXPIRY', 'REVERSAL') AND amount <= 0) OR kind = 'ADJUSTMENT');
ALTER TABLE allocation DROP CONSTRAINT allocation_amount;
ALTER TABLE allocation ADD CONSTRAINT allocation_amount CHECK (amount <> 0);

ALTER TABLE reward
  ADD CONSTRAINT reward_cash CHECK ((cash_amount IS NULL) = (cash_currency IS NULL)
    AND cash_amount BETWEEN 1 AND 90071992547409),
  ADD CONSTRAINT reward_reserve CHECK (reserve_minutes BETWEEN 1 AND 43200),
  ADD CONSTRAINT reward_sale CHECK (ends_at > starts_at);
ALTER TABLE redemption
  ADD CONSTRAINT redemption_cancelled CHECK (cancelled_units BETWEEN 0 AND quantity),
  ADD CONSTRAINT redemption_reserved CHECK (state <> 'RESERVED' OR reserved_until IS NOT NULL),
  ADD CONSTRAINT redemption_cash CHECK ((unit_cash IS NULL) = (cash_currency IS NULL));
-- A code is given to one order and never taken back (S57).
ALTER TABLE reward_code
  ADD CONSTRAINT reward_code_owner CHECK ((state = 'AVAILABLE') = (redemption_id IS NULL)),
  ADD CONSTRAINT reward_code_used CHECK ((state = 'USED') = (used_at IS NOT NULL));
CREATE FUNCTION keep_code_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.redemption_id IS NOT NULL AND (TG_OP = 'DELETE'
      OR NEW.redemption_id IS DISTINCT FROM OLD.redemption_id OR NEW.code <> OLD.code)
  THEN
    RAISE EXCEPTION 'a code that was given to an order is never another''s'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER reward_code_owner BEFORE UPDATE OR DELETE ON reward_code
  FOR EACH ROW EXECUTE FUNCTION keep_code_owner();

-- The history of an order is never changed.
CREATE TRIGGER redemption_change_insert_only BEFORE UPDATE OR DELETE ON redemption_change
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Codes as they are given out, and reservations as the job finds them.
CREATE INDEX reward_code_available ON reward_code (reward_id, id) WHERE state = 'AVAILABLE';
CREATE INDEX redemption_reserved_until ON redemption (reserved_until) WHERE state = 'RESERVED';
