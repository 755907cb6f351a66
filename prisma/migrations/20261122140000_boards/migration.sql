-- CreateEnum
CREATE TYPE "rank_mode" AS ENUM ('COMPETITION', 'DENSE', 'UNIQUE');

-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "leaderboard_metric" ADD VALUE 'POINTS_NET';
ALTER TYPE "leaderboard_metric" ADD VALUE 'CHECK_INS';
ALTER TYPE "leaderboard_metric" ADD VALUE 'STREAK';
ALTER TYPE "leaderboard_metric" ADD VALUE 'ACTIVITY_VALUE';
ALTER TYPE "leaderboard_metric" ADD VALUE 'ACTIVITY_COUNT';

-- DropIndex
DROP INDEX "standing_order";

-- AlterTable
ALTER TABLE "member" ADD COLUMN     "avatar_url" TEXT,
ADD COLUMN     "leaderboard_opt_out" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "nickname" TEXT;

-- AlterTable
ALTER TABLE "leaderboard" ADD COLUMN     "activity_type" TEXT,
ADD COLUMN     "archived_at" TIMESTAMPTZ(3),
ADD COLUMN     "counts_from" TIMESTAMPTZ(3) NOT NULL DEFAULT '1970-01-01 00:00:00+00'::timestamptz,
ADD COLUMN     "ends_at" TIMESTAMPTZ(3),
ADD COLUMN     "rank_mode" "rank_mode" NOT NULL DEFAULT 'COMPETITION',
ADD COLUMN     "settle_delay_minutes" INTEGER NOT NULL DEFAULT 4320,
ADD COLUMN     "starts_at" TIMESTAMPTZ(3),
ADD COLUMN     "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "tiers" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "season" ADD COLUMN     "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "definition" JSONB;

-- AlterTable
ALTER TABLE "standing" ADD COLUMN     "hidden" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "board_fact" (
    "leaderboard_id" INTEGER NOT NULL,
    "member_id" BIGINT NOT NULL,
    "source" TEXT NOT NULL,

    CONSTRAINT "board_fact_pkey" PRIMARY KEY ("leaderboard_id","member_id","source")
);

-- CreateTable
CREATE TABLE "leaderboard_backfill" (
    "id" BIGSERIAL NOT NULL,
    "leaderboard_id" INTEGER NOT NULL,
    "dry_run" BOOLEAN NOT NULL,
    "state" "backfill_state" NOT NULL,
    "requested_by" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "until_at" TIMESTAMPTZ(3) NOT NULL,
    "txid" xid8 NOT NULL DEFAULT '0'::xid8,
    "position" BIGINT NOT NULL DEFAULT 0,
    "facts" BIGINT NOT NULL DEFAULT 0,
    "standings" BIGINT NOT NULL DEFAULT 0,
    "seasons" BIGINT NOT NULL DEFAULT 0,
    "frozen" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "leaderboard_backfill_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "leaderboard_backfill_standing" (
    "backfill_id" BIGINT NOT NULL,
    "member_id" BIGINT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3),
    "score" BIGINT NOT NULL,
    "reached_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "leaderboard_backfill_standing_pkey" PRIMARY KEY ("backfill_id","member_id","starts_at")
);

-- CreateIndex
CREATE INDEX "leaderboard_backfill_leaderboard_id_idx" ON "leaderboard_backfill"("leaderboard_id");

-- AddForeignKey
ALTER TABLE "leaderboard_backfill" ADD CONSTRAINT "leaderboard_backfill_leaderboard_id_fkey" FOREIGN KEY ("leaderboard_id") REFERENCES "leaderboard"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
