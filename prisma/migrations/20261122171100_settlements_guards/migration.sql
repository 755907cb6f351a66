-- What settlements want of the ledger. A migration of its own: a value added to an enum can be named
-- only once it is committed.

-- A prize only ever adds points.
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_sign;
ALTER TABLE ledger_entry
  ADD CONSTRAINT ledger_entry_sign CHECK ((kind IN ('EARN', 'REFUND', 'PRIZE') AND amount > 0)
    OR (kind IN ('SPEND', 'EXPIRY', 'REVERSAL') AND amount <= 0) OR kind = 'ADJUSTMENT');
