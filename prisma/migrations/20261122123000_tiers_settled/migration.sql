-- AlterTable
ALTER TABLE "account" ADD COLUMN     "tier_version" INTEGER;

-- AlterTable
ALTER TABLE "tier_change" DROP CONSTRAINT "tier_change_pkey",
ADD COLUMN     "step" INTEGER NOT NULL DEFAULT 0,
ADD CONSTRAINT "tier_change_pkey" PRIMARY KEY ("member_id", "position", "step");

-- CreateIndex
CREATE INDEX "account_program_id_tier_version_idx" ON "account"("program_id", "tier_version");
