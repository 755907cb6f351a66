-- CreateEnum
CREATE TYPE "api_key_role" AS ENUM ('OPERATOR', 'SERVICE', 'PARTNER', 'SCREEN');

-- CreateEnum
CREATE TYPE "entry_kind" AS ENUM ('EARN', 'SPEND', 'EXPIRY', 'ADJUSTMENT');

-- CreateEnum
CREATE TYPE "ladder_end" AS ENUM ('HOLD', 'LOOP');

-- CreateEnum
CREATE TYPE "redemption_state" AS ENUM ('CONFIRMED');

-- CreateEnum
CREATE TYPE "leaderboard_metric" AS ENUM ('POINTS_EARNED');

-- CreateEnum
CREATE TYPE "cadence" AS ENUM ('ALL_TIME', 'DAILY', 'WEEKLY', 'MONTHLY');

-- CreateTable
CREATE TABLE "program" (
    "id" SERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "day_start_minutes" INTEGER NOT NULL DEFAULT 0,
    "lateness_hours" INTEGER NOT NULL DEFAULT 72,
    "token_secret" BYTEA NOT NULL,
    "config_version" BIGINT NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "program_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" TEXT NOT NULL,
    "program_id" INTEGER NOT NULL,
    "role" "api_key_role" NOT NULL,
    "name" TEXT NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "member" (
    "id" BIGSERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "external_id" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "enrolled_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "member_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "member_id" BIGINT NOT NULL,
    "program_id" INTEGER NOT NULL,
    "version" BIGINT NOT NULL DEFAULT 0,
    "balance" BIGINT NOT NULL DEFAULT 0,
    "lifetime_earned" BIGINT NOT NULL DEFAULT 0,
    "entry_seq" BIGINT NOT NULL DEFAULT 0,
    "head_hash" BYTEA,
    "next_expiry_at" TIMESTAMPTZ(3),
    "pending_until" TIMESTAMPTZ(3),
    "streak_current" INTEGER NOT NULL DEFAULT 0,
    "streak_longest" INTEGER NOT NULL DEFAULT 0,
    "streak_total_days" INTEGER NOT NULL DEFAULT 0,
    "last_check_in_date" DATE,
    "event_position" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "account_pkey" PRIMARY KEY ("member_id")
);

-- CreateTable
CREATE TABLE "ledger_entry" (
    "member_id" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL,
    "program_id" INTEGER NOT NULL,
    "kind" "entry_kind" NOT NULL,
    "amount" BIGINT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "local_date" DATE NOT NULL,
    "zone" TEXT NOT NULL,
    "utc_offset_seconds" INTEGER NOT NULL,
    "day_start_minutes" INTEGER NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "source_type" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "rule_version" TEXT,
    "actor" TEXT NOT NULL,
    "idempotency_key" TEXT,
    "explanation" JSONB NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("member_id","seq")
);

-- CreateTable
CREATE TABLE "lot" (
    "member_id" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL,
    "program_id" INTEGER NOT NULL,
    "amount" BIGINT NOT NULL,
    "remaining" BIGINT NOT NULL,
    "activates_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "lot_pkey" PRIMARY KEY ("member_id","seq")
);

-- CreateTable
CREATE TABLE "allocation" (
    "member_id" BIGINT NOT NULL,
    "debit_seq" BIGINT NOT NULL,
    "lot_seq" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,

    CONSTRAINT "allocation_pkey" PRIMARY KEY ("member_id","debit_seq","lot_seq")
);

-- CreateTable
CREATE TABLE "check_in" (
    "member_id" BIGINT NOT NULL,
    "plan_id" INTEGER NOT NULL,
    "local_date" DATE NOT NULL,
    "program_id" INTEGER NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "zone" TEXT NOT NULL,
    "utc_offset_seconds" INTEGER NOT NULL,
    "day_start_minutes" INTEGER NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "streak_day" INTEGER NOT NULL,
    "points" BIGINT NOT NULL,

    CONSTRAINT "check_in_pkey" PRIMARY KEY ("member_id","plan_id","local_date")
);

-- CreateTable
CREATE TABLE "plan" (
    "id" SERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "ladder" INTEGER[],
    "ladder_end" "ladder_end" NOT NULL DEFAULT 'HOLD',
    "points_days" INTEGER,

    CONSTRAINT "plan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "earning_rule" (
    "id" SERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "activity_type" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "points" BIGINT NOT NULL,
    "pending_days" INTEGER NOT NULL DEFAULT 0,
    "points_days" INTEGER,

    CONSTRAINT "earning_rule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "activity" (
    "program_id" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "member_id" BIGINT NOT NULL,
    "value" BIGINT,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "local_date" DATE NOT NULL,
    "zone" TEXT NOT NULL,
    "utc_offset_seconds" INTEGER NOT NULL,
    "day_start_minutes" INTEGER NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "points" BIGINT NOT NULL,

    CONSTRAINT "activity_pkey" PRIMARY KEY ("program_id","type","reference")
);

-- CreateTable
CREATE TABLE "reward" (
    "id" BIGSERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "price" BIGINT NOT NULL,
    "stock" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "reward_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "redemption" (
    "id" BIGSERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "member_id" BIGINT NOT NULL,
    "reward_id" BIGINT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "points" BIGINT NOT NULL,
    "state" "redemption_state" NOT NULL,
    "entry_seq" BIGINT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "local_date" DATE NOT NULL,
    "zone" TEXT NOT NULL,
    "utc_offset_seconds" INTEGER NOT NULL,
    "day_start_minutes" INTEGER NOT NULL,

    CONSTRAINT "redemption_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "leaderboard" (
    "id" SERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "metric" "leaderboard_metric" NOT NULL DEFAULT 'POINTS_EARNED',
    "cadence" "cadence" NOT NULL,

    CONSTRAINT "leaderboard_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "season" (
    "id" BIGSERIAL NOT NULL,
    "leaderboard_id" INTEGER NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3),
    "version" BIGINT NOT NULL DEFAULT 0,
    "participants" BIGINT NOT NULL DEFAULT 0,
    "frozen_at" TIMESTAMPTZ(3),

    CONSTRAINT "season_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "standing" (
    "season_id" BIGINT NOT NULL,
    "member_id" BIGINT NOT NULL,
    "score" BIGINT NOT NULL,
    "reached_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "standing_pkey" PRIMARY KEY ("season_id","member_id")
);

-- CreateTable
CREATE TABLE "late_fact" (
    "season_id" BIGINT NOT NULL,
    "member_id" BIGINT NOT NULL,
    "event_position" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "late_fact_pkey" PRIMARY KEY ("season_id","member_id","event_position")
);

-- CreateTable
CREATE TABLE "event" (
    "position" BIGSERIAL NOT NULL,
    "txid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "program_id" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "member_id" BIGINT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "payload" JSONB NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "cursor" (
    "consumer" TEXT NOT NULL,
    "txid" xid8 NOT NULL DEFAULT '0'::xid8,
    "position" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "cursor_pkey" PRIMARY KEY ("consumer")
);

-- CreateTable
CREATE TABLE "receipt" (
    "program_id" INTEGER NOT NULL,
    "operation" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "input_hash" BYTEA NOT NULL,
    "outcome" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "receipt_pkey" PRIMARY KEY ("program_id","operation","scope","key")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" BIGSERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "after" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "program_key_key" ON "program"("key");

-- CreateIndex
CREATE INDEX "api_key_program_id_idx" ON "api_key"("program_id");

-- CreateIndex
CREATE UNIQUE INDEX "member_program_id_external_id_key" ON "member"("program_id", "external_id");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_entry_program_id_source_type_source_id_purpose_key" ON "ledger_entry"("program_id", "source_type", "source_id", "purpose");

-- CreateIndex
CREATE UNIQUE INDEX "plan_program_id_key_key" ON "plan"("program_id", "key");

-- CreateIndex
CREATE UNIQUE INDEX "earning_rule_program_id_activity_type_key" ON "earning_rule"("program_id", "activity_type");

-- CreateIndex
CREATE INDEX "reward_program_id_id_idx" ON "reward"("program_id", "id");

-- CreateIndex
CREATE INDEX "redemption_member_id_id_idx" ON "redemption"("member_id", "id");

-- CreateIndex
CREATE INDEX "redemption_reward_id_idx" ON "redemption"("reward_id");

-- CreateIndex
CREATE UNIQUE INDEX "leaderboard_program_id_key_key" ON "leaderboard"("program_id", "key");

-- CreateIndex
CREATE UNIQUE INDEX "season_leaderboard_id_starts_at_key" ON "season"("leaderboard_id", "starts_at");

-- CreateIndex
CREATE INDEX "standing_order" ON "standing"("season_id", "score" DESC, "reached_at", "member_id");

-- CreateIndex
CREATE INDEX "audit_entry_program_id_id_idx" ON "audit_entry"("program_id", "id");

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_program_id_fkey" FOREIGN KEY ("program_id") REFERENCES "program"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "member" ADD CONSTRAINT "member_program_id_fkey" FOREIGN KEY ("program_id") REFERENCES "program"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plan" ADD CONSTRAINT "plan_program_id_fkey" FOREIGN KEY ("program_id") REFERENCES "program"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "earning_rule" ADD CONSTRAINT "earning_rule_program_id_fkey" FOREIGN KEY ("program_id") REFERENCES "program"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reward" ADD CONSTRAINT "reward_program_id_fkey" FOREIGN KEY ("program_id") REFERENCES "program"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "redemption" ADD CONSTRAINT "redemption_member_id_fkey" FOREIGN KEY ("member_id") REFERENCES "member"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "redemption" ADD CONSTRAINT "redemption_reward_id_fkey" FOREIGN KEY ("reward_id") REFERENCES "reward"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "leaderboard" ADD CONSTRAINT "leaderboard_program_id_fkey" FOREIGN KEY ("program_id") REFERENCES "program"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "season" ADD CONSTRAINT "season_leaderboard_id_fkey" FOREIGN KEY ("leaderboard_id") REFERENCES "leaderboard"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_entry" ADD CONSTRAINT "audit_entry_program_id_fkey" FOREIGN KEY ("program_id") REFERENCES "program"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
