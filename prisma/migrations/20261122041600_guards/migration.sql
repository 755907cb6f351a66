-- What Prisma's schema language cannot say: rules the database itself keeps, and how hot rows lie.

-- The ledger is insert-only (S23): a correction is a new entry, never a change of an old one.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_entry_insert_only BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER allocation_insert_only BEFORE UPDATE OR DELETE ON allocation
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER allocation_no_truncate BEFORE TRUNCATE ON allocation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Amounts are exact in bigint, in JSON and in JavaScript: whole numbers within ±(2^53 − 1) (S26).
ALTER TABLE ledger_entry
  ADD CONSTRAINT ledger_entry_amount_exact
    CHECK (amount <> 0 AND amount BETWEEN -9007199254740991 AND 9007199254740991),
  ADD CONSTRAINT ledger_entry_sign CHECK ((kind = 'EARN' AND amount > 0)
    OR (kind IN ('SPEND', 'EXPIRY') AND amount < 0) OR kind = 'ADJUSTMENT'),
  ADD CONSTRAINT ledger_entry_seq CHECK (seq > 0);
ALTER TABLE account
  ADD CONSTRAINT account_balance_exact CHECK (balance BETWEEN 0 AND 9007199254740991),
  ADD CONSTRAINT account_lifetime_exact CHECK (lifetime_earned BETWEEN 0 AND 9007199254740991),
  ADD CONSTRAINT account_streak CHECK (streak_current >= 0 AND streak_longest >= streak_current
    AND streak_total_days >= streak_longest);
ALTER TABLE lot ADD CONSTRAINT lot_remaining
  CHECK (amount > 0 AND remaining BETWEEN 0 AND amount AND amount <= 9007199254740991);
ALTER TABLE allocation ADD CONSTRAINT allocation_amount CHECK (amount > 0);
ALTER TABLE reward
  ADD CONSTRAINT reward_price CHECK (price > 0 AND price <= 90071992547409),
  ADD CONSTRAINT reward_stock CHECK (stock >= 0);
ALTER TABLE redemption ADD CONSTRAINT redemption_positive CHECK (quantity > 0 AND points > 0);
ALTER TABLE plan
  ADD CONSTRAINT plan_ladder CHECK (cardinality(ladder) > 0 AND 0 <= ALL (ladder)),
  ADD CONSTRAINT plan_points_days CHECK (points_days >= 0);
ALTER TABLE earning_rule
  ADD CONSTRAINT earning_rule_points CHECK (points > 0 AND points <= 9007199254740991),
  ADD CONSTRAINT earning_rule_days CHECK (pending_days >= 0 AND points_days >= 0);
ALTER TABLE program
  ADD CONSTRAINT program_day_start CHECK (day_start_minutes BETWEEN 0 AND 1439),
  ADD CONSTRAINT program_lateness CHECK (lateness_hours >= 0);
ALTER TABLE activity ADD CONSTRAINT activity_value CHECK (value >= 0 AND value <= 9007199254740991);
ALTER TABLE season ADD CONSTRAINT season_interval CHECK (ends_at > starts_at);

-- Room on the page, so that updates of hot rows touch no index (HOT).
ALTER TABLE account SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE reward SET (fillfactor = 70);
ALTER TABLE season SET (fillfactor = 50);
ALTER TABLE lot SET (fillfactor = 90);
ALTER TABLE cursor SET (fillfactor = 10);
ALTER TABLE standing SET (fillfactor = 80);

-- Readers of the log go by (txid, position) below the oldest transaction still running.
CREATE INDEX event_log_order ON event (txid, position);
-- Open lots as they are spent, and the few that will expire as they do.
CREATE INDEX lot_open ON lot (member_id, expires_at, activates_at, seq) WHERE remaining > 0;
CREATE INDEX lot_expiring ON lot (expires_at) WHERE remaining > 0 AND expires_at IS NOT NULL;
