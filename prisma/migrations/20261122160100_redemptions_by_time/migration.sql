-- CreateIndex
CREATE INDEX "redemption_program_id_occurred_at_id_idx" ON "redemption"("program_id", "occurred_at", "id");
