-- Publishing a task says how many members keep an earlier version: their periods are found by it.
CREATE INDEX task_progress_open ON task_progress (rule_id, version, period_start) WHERE completed_at IS NULL;
