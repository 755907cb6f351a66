-- CreateEnum
CREATE TYPE "reward_kind" AS ENUM ('GOODS', 'COUPON', 'VIRTUAL', 'SERVICE');

-- CreateEnum
CREATE TYPE "reward_state" AS ENUM ('DRAFT', 'ON_SALE', 'WITHDRAWN');

-- CreateEnum
CREATE TYPE "reward_visibility" AS ENUM ('LISTED', 'AUDIENCE', 'UNLISTED');

-- CreateEnum
CREATE TYPE "reward_code_state" AS ENUM ('AVAILABLE', 'ASSIGNED', 'USED', 'VOID');

-- AlterEnum
ALTER TYPE "entry_kind" ADD VALUE 'REFUND';

-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "redemption_state" ADD VALUE 'RESERVED';
ALTER TYPE "redemption_state" ADD VALUE 'PREPARING';
ALTER TYPE "redemption_state" ADD VALUE 'SHIPPED';
ALTER TYPE "redemption_state" ADD VALUE 'DELIVERED';
ALTER TYPE "redemption_state" ADD VALUE 'ISSUED';
ALTER TYPE "redemption_state" ADD VALUE 'USED';
ALTER TYPE "redemption_state" ADD VALUE 'CANCELLED';
ALTER TYPE "redemption_state" ADD VALUE 'FAILED';
ALTER TYPE "redemption_state" ADD VALUE 'EXPIRED';

-- DropIndex
DROP INDEX "redemption_reward_id_idx";

-- AlterTable
ALTER TABLE "reward" ADD COLUMN     "audience" JSONB,
ADD COLUMN     "cash_amount" BIGINT,
ADD COLUMN     "cash_currency" TEXT,
ADD COLUMN     "ends_at" TIMESTAMPTZ(3),
ADD COLUMN     "image_url" TEXT,
ADD COLUMN     "kind" "reward_kind" NOT NULL DEFAULT 'VIRTUAL',
ADD COLUMN     "limits" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "member_cancels" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "reserve_minutes" INTEGER,
ADD COLUMN     "starts_at" TIMESTAMPTZ(3),
ADD COLUMN     "state" "reward_state" NOT NULL DEFAULT 'ON_SALE',
ADD COLUMN     "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "tier_prices" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "visibility" "reward_visibility" NOT NULL DEFAULT 'LISTED';

-- AlterTable
ALTER TABLE "redemption" ADD COLUMN     "cancelled_units" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "cash_currency" TEXT,
ADD COLUMN     "kind" "reward_kind" NOT NULL DEFAULT 'VIRTUAL',
ADD COLUMN     "reserved_until" TIMESTAMPTZ(3),
ADD COLUMN     "unit_cash" BIGINT,
ADD COLUMN     "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- CreateTable
CREATE TABLE "redemption_change" (
    "redemption_id" BIGINT NOT NULL,
    "position" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "from_state" "redemption_state",
    "to_state" "redemption_state" NOT NULL,
    "units" INTEGER NOT NULL DEFAULT 0,
    "note" TEXT,

    CONSTRAINT "redemption_change_pkey" PRIMARY KEY ("redemption_id","position")
);

-- CreateTable
CREATE TABLE "reward_code" (
    "id" BIGSERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "reward_id" BIGINT NOT NULL,
    "code" TEXT NOT NULL,
    "state" "reward_code_state" NOT NULL DEFAULT 'AVAILABLE',
    "redemption_id" BIGINT,
    "imported_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "reward_code_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "reward_code_redemption_id_idx" ON "reward_code"("redemption_id");

-- CreateIndex
CREATE UNIQUE INDEX "reward_code_program_id_reward_id_code_key" ON "reward_code"("program_id", "reward_id", "code");

-- CreateIndex
CREATE INDEX "redemption_reward_id_member_id_idx" ON "redemption"("reward_id", "member_id");

-- CreateIndex
CREATE INDEX "redemption_program_id_state_id_idx" ON "redemption"("program_id", "state", "id");
