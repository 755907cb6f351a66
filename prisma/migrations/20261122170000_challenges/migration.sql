-- CreateEnum
CREATE TYPE "challenge_kind" AS ENUM ('INDIVIDUAL', 'TEAM');

-- CreateEnum
CREATE TYPE "challenge_goal" AS ENUM ('RANKING', 'FIRST_TO_TARGET', 'EVERYONE_AT_TARGET');

-- CreateEnum
CREATE TYPE "attempt_operator" AS ENUM ('BEST', 'SUM', 'LAST');

-- CreateEnum
CREATE TYPE "team_scoring" AS ENUM ('SUM', 'AVERAGE', 'TOP_N', 'CAPPED_SUM');

-- CreateEnum
CREATE TYPE "team_prize_split" AS ENUM ('EQUAL', 'BY_CONTRIBUTION', 'CAPTAIN');

-- CreateEnum
CREATE TYPE "too_few_participants" AS ENUM ('CANCEL', 'GO_ON');

-- CreateEnum
CREATE TYPE "participant_state" AS ENUM ('JOINED', 'LEFT', 'DISQUALIFIED');

-- CreateEnum
CREATE TYPE "settlement_state" AS ENUM ('FROZEN', 'RANKED', 'PLANNED', 'PAID', 'PUBLISHED');

-- CreateEnum
CREATE TYPE "payout_state" AS ENUM ('PLANNED', 'PAID', 'FORFEITED');

-- AlterEnum
ALTER TYPE "leaderboard_metric" ADD VALUE 'ATTEMPTS';

-- AlterTable
ALTER TABLE "leaderboard" ADD COLUMN     "prizes" JSONB;

-- CreateTable
CREATE TABLE "challenge" (
    "id" BIGSERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "leaderboard_id" INTEGER NOT NULL,
    "kind" "challenge_kind" NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "audience" JSONB,
    "join_from" TIMESTAMPTZ(3) NOT NULL,
    "join_until" TIMESTAMPTZ(3) NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "goal" "challenge_goal" NOT NULL DEFAULT 'RANKING',
    "target" BIGINT,
    "capacity" INTEGER,
    "minimum" INTEGER NOT NULL DEFAULT 0,
    "too_few" "too_few_participants" NOT NULL DEFAULT 'GO_ON',
    "entry_fee" BIGINT NOT NULL DEFAULT 0,
    "attempts_max" INTEGER,
    "attempt_operator" "attempt_operator",
    "team_size_max" INTEGER,
    "team_scoring" "team_scoring",
    "team_top" INTEGER,
    "team_member_cap" BIGINT,
    "team_prize_split" "team_prize_split",
    "participants" INTEGER NOT NULL DEFAULT 0,
    "teams" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "cancelled_at" TIMESTAMPTZ(3),
    "cancel_reason" TEXT,
    "refunded_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "challenge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "team" (
    "id" BIGSERIAL NOT NULL,
    "challenge_id" BIGINT NOT NULL,
    "program_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "captain_id" BIGINT NOT NULL,
    "invite_code" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "start_size" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "disbanded_at" TIMESTAMPTZ(3),

    CONSTRAINT "team_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "challenge_participant" (
    "challenge_id" BIGINT NOT NULL,
    "member_id" BIGINT NOT NULL,
    "program_id" INTEGER NOT NULL,
    "team_id" BIGINT,
    "state" "participant_state" NOT NULL,
    "joined_at" TIMESTAMPTZ(3) NOT NULL,
    "counts_from" TIMESTAMPTZ(3) NOT NULL,
    "counts_until" TIMESTAMPTZ(3),
    "joins" INTEGER NOT NULL DEFAULT 1,
    "fee" BIGINT NOT NULL DEFAULT 0,
    "fee_seq" BIGINT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "challenge_participant_pkey" PRIMARY KEY ("challenge_id","member_id")
);

-- CreateTable
CREATE TABLE "challenge_attempt" (
    "challenge_id" BIGINT NOT NULL,
    "member_id" BIGINT NOT NULL,
    "number" INTEGER NOT NULL,
    "score" BIGINT NOT NULL,
    "reference" TEXT,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "challenge_attempt_pkey" PRIMARY KEY ("challenge_id","member_id","number")
);

-- CreateTable
CREATE TABLE "team_standing" (
    "season_id" BIGINT NOT NULL,
    "team_id" BIGINT NOT NULL,
    "score" BIGINT NOT NULL,
    "reached_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "team_standing_pkey" PRIMARY KEY ("season_id","team_id")
);

-- CreateTable
CREATE TABLE "target_reached" (
    "season_id" BIGINT NOT NULL,
    "participant_id" BIGINT NOT NULL,
    "position" BIGINT NOT NULL,
    "reached_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "target_reached_pkey" PRIMARY KEY ("season_id","participant_id")
);

-- CreateTable
CREATE TABLE "settlement" (
    "id" BIGSERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "season_id" BIGINT NOT NULL,
    "challenge_id" BIGINT,
    "state" "settlement_state" NOT NULL,
    "terms" JSONB NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "published_at" TIMESTAMPTZ(3),
    "ranked" BIGINT NOT NULL DEFAULT 0,
    "planned" BIGINT NOT NULL DEFAULT 0,
    "paid" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "settlement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "settlement_winner" (
    "settlement_id" BIGINT NOT NULL,
    "place" INTEGER NOT NULL,
    "rank" BIGINT NOT NULL,
    "participant_id" BIGINT NOT NULL,
    "score" BIGINT NOT NULL,
    "reached_at" TIMESTAMPTZ(3) NOT NULL,
    "points" BIGINT NOT NULL,

    CONSTRAINT "settlement_winner_pkey" PRIMARY KEY ("settlement_id","place")
);

-- CreateTable
CREATE TABLE "payout" (
    "settlement_id" BIGINT NOT NULL,
    "member_id" BIGINT NOT NULL,
    "place" INTEGER NOT NULL,
    "points" BIGINT NOT NULL,
    "state" "payout_state" NOT NULL DEFAULT 'PLANNED',
    "entry_seq" BIGINT,
    "paid_at" TIMESTAMPTZ(3),

    CONSTRAINT "payout_pkey" PRIMARY KEY ("settlement_id","member_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "challenge_leaderboard_id_key" ON "challenge"("leaderboard_id");

-- CreateIndex
CREATE INDEX "challenge_program_id_starts_at_id_idx" ON "challenge"("program_id", "starts_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "team_invite_code_key" ON "team"("invite_code");

-- CreateIndex
CREATE UNIQUE INDEX "team_challenge_id_name_key" ON "team"("challenge_id", "name");

-- CreateIndex
CREATE INDEX "challenge_participant_member_id_challenge_id_idx" ON "challenge_participant"("member_id", "challenge_id");

-- CreateIndex
CREATE INDEX "challenge_participant_team_id_idx" ON "challenge_participant"("team_id");

-- CreateIndex
CREATE UNIQUE INDEX "settlement_season_id_key" ON "settlement"("season_id");

-- CreateIndex
CREATE UNIQUE INDEX "settlement_challenge_id_key" ON "settlement"("challenge_id");

-- CreateIndex
CREATE INDEX "settlement_program_id_id_idx" ON "settlement"("program_id", "id");

-- CreateIndex
CREATE INDEX "payout_member_id_idx" ON "payout"("member_id");

-- AddForeignKey
ALTER TABLE "challenge" ADD CONSTRAINT "challenge_program_id_fkey" FOREIGN KEY ("program_id") REFERENCES "program"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "challenge" ADD CONSTRAINT "challenge_leaderboard_id_fkey" FOREIGN KEY ("leaderboard_id") REFERENCES "leaderboard"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "settlement_winner" ADD CONSTRAINT "settlement_winner_settlement_id_fkey" FOREIGN KEY ("settlement_id") REFERENCES "settlement"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payout" ADD CONSTRAINT "payout_settlement_id_fkey" FOREIGN KEY ("settlement_id") REFERENCES "settlement"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
