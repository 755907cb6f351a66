-- What tasks want the database itself to keep.
ALTER TABLE task_contribution
  ADD CONSTRAINT task_contribution_amount CHECK (worth BETWEEN 0 AND 9007199254740991
    AND amount BETWEEN 0 AND worth);
ALTER TABLE task_progress
  ADD CONSTRAINT task_progress_range CHECK (progress BETWEEN 0 AND 9007199254740991
    AND target BETWEEN 1 AND 9007199254740991),
  ADD CONSTRAINT task_progress_completed CHECK ((completed_at IS NULL) = (completed_date IS NULL));
ALTER TABLE task_settlement
  ADD CONSTRAINT task_settlement_payments CHECK (payments >= 0 AND (payments > 0 OR NOT paid)),
  ADD CONSTRAINT task_settlement_entry CHECK (paid OR entry_seq IS NULL);
ALTER TABLE task_backfill
  ADD CONSTRAINT task_backfill_finished CHECK ((state = 'DONE') = (finished_at IS NOT NULL));
ALTER TABLE task_backfill_fact
  ADD CONSTRAINT task_backfill_fact_amount CHECK (worth BETWEEN 0 AND 9007199254740991
    AND amount BETWEEN 0 AND worth);

-- Facts of a period, and completions of a task, as they are looked for.
CREATE INDEX task_contribution_date ON task_contribution (member_id, rule_id, local_date);
CREATE INDEX task_progress_completed ON task_progress (rule_id, member_id) WHERE completed_at IS NOT NULL;
-- Backfills that are under way.
CREATE INDEX task_backfill_open ON task_backfill (id) WHERE state <> 'DONE';

-- Room on the page: progress changes with every fact, and touches no index but when it completes.
ALTER TABLE task_progress SET (fillfactor = 80);
ALTER TABLE task_revision SET (fillfactor = 70);
ALTER TABLE task_due SET (autovacuum_vacuum_scale_factor = 0.02);
