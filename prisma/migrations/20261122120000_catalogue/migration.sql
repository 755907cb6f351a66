-- DropIndex
DROP INDEX "reward_code_program_id_reward_id_code_key";

-- CreateIndex
CREATE INDEX "reward_code_reward_id_id_idx" ON "reward_code"("reward_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "reward_code_program_id_code_key" ON "reward_code"("program_id", "code");
