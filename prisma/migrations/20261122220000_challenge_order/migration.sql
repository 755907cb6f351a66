-- CreateIndex
CREATE INDEX "team_challenge_id_id_idx" ON "team"("challenge_id", "id");

-- CreateIndex
CREATE INDEX "target_reached_order" ON "target_reached"("season_id", "reached_at", "position", "participant_id");
