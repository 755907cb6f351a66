-- What the points economy wants the database itself to keep. A migration of its own: a value added
-- to an enum can be named only once it is committed.

ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_amount_exact, DROP CONSTRAINT ledger_entry_sign;
ALTER TABLE ledger_entry
  ADD CONSTRAINT ledger_entry_amount_exact CHECK ((amount <> 0 OR kind = 'REVERSAL')
    AND amount BETWEEN -9007199254740991 AND 9007199254740991),
  ADD CONSTRAINT ledger_entry_sign CHECK ((kind = 'EARN' AND amount > 0)
    OR (kind IN ('SPEND', 'EXPIRY', 'REVERSAL') AND amount <= 0) OR kind = 'ADJUSTMENT');

-- Below zero only as a debt (S40): what is left of the lots is never negative.
ALTER TABLE account DROP CONSTRAINT account_balance_exact, DROP CONSTRAINT account_streak;
ALTER TABLE account
  ADD CONSTRAINT account_balance_exact
    CHECK (balance BETWEEN -debt AND 9007199254740991 AND debt BETWEEN 0 AND 9007199254740991),
  ADD CONSTRAINT account_held CHECK (held BETWEEN 0 AND balance + debt),
  ADD CONSTRAINT account_streak CHECK (streak_current >= 0 AND streak_longest >= streak_current
    AND streak_total_days >= streak_longest AND streak_week_days BETWEEN 0 AND 7
    AND streak_month_days BETWEEN streak_week_days - 6 AND 31);
ALTER TABLE lot ADD CONSTRAINT lot_held CHECK (held BETWEEN 0 AND remaining),
  ADD CONSTRAINT lot_reversed CHECK (reversed BETWEEN 0 AND amount);
ALTER TABLE hold ADD CONSTRAINT hold_points CHECK (points > 0 AND captured BETWEEN 0 AND points),
  ADD CONSTRAINT hold_closed CHECK ((state = 'HELD') = (closed_at IS NULL));
ALTER TABLE hold_lot ADD CONSTRAINT hold_lot_amount CHECK (amount > 0);
ALTER TABLE activity ADD CONSTRAINT activity_units
  CHECK (units > 0 AND units <= 9007199254740991 AND returned_units BETWEEN 0 AND units);
ALTER TABLE rule_budget ADD CONSTRAINT rule_budget_spent
  CHECK (spent BETWEEN 0 AND 9007199254740991);
ALTER TABLE member ADD CONSTRAINT member_birthday CHECK (birthday ~ '^[0-1][0-9]-[0-3][0-9]$');
ALTER TABLE adjustment_request
  ADD CONSTRAINT adjustment_request_amount CHECK (amount <> 0),
  ADD CONSTRAINT adjustment_request_four_eyes CHECK (decided_by <> requested_by),
  ADD CONSTRAINT adjustment_request_decided CHECK ((state = 'PENDING') = (decided_by IS NULL));
-- A version that ends as it starts was withdrawn before it judged anything.
ALTER TABLE rule_version
  ADD CONSTRAINT rule_version_interval CHECK (ends_at >= starts_at),
  ADD CONSTRAINT rule_version_published CHECK ((starts_at IS NULL) = (published_at IS NULL));

-- A published version never changes; only its end is set.
CREATE FUNCTION keep_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.published_at IS NOT NULL AND (TG_OP = 'DELETE'
      OR (NEW.rule_id, NEW.version, NEW.definition, NEW.starts_at, NEW.published_at)
         IS DISTINCT FROM (OLD.rule_id, OLD.version, OLD.definition, OLD.starts_at, OLD.published_at))
  THEN
    RAISE EXCEPTION 'a published version of a rule never changes'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER rule_version_published BEFORE UPDATE OR DELETE ON rule_version
  FOR EACH ROW EXECUTE FUNCTION keep_published_version();

-- A tier's past is never changed.
CREATE TRIGGER tier_change_insert_only BEFORE UPDATE OR DELETE ON tier_change
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Found by the jobs: holds that end, tiers that are due.
CREATE INDEX hold_open ON hold (expires_at) WHERE state = 'HELD';
CREATE INDEX account_tier_due ON account (tier_evaluates_at) WHERE tier_evaluates_at IS NOT NULL;
