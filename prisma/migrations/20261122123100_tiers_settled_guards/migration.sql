-- What settling debts, tiers and requests wants the database itself to keep and find.

-- Nobody approves their own request; taking it back is another matter (S42).
ALTER TABLE adjustment_request DROP CONSTRAINT adjustment_request_four_eyes;
ALTER TABLE adjustment_request ADD CONSTRAINT adjustment_request_four_eyes
  CHECK (state <> 'APPROVED' OR decided_by <> requested_by);

-- Found by the job that repays debts.
CREATE INDEX account_in_debt ON account (member_id) WHERE debt > 0;

-- Accounts whose next evaluation was planned were judged by the tiers in force.
UPDATE account SET tier_version = v.version
FROM rule r JOIN rule_version v ON v.rule_id = r.id
WHERE r.program_id = account.program_id AND r.kind = 'TIERS' AND v.starts_at <= now()
  AND (v.ends_at IS NULL OR v.ends_at > now()) AND account.tier_evaluates_at IS NOT NULL;
