-- CreateEnum
CREATE TYPE "backfill_state" AS ENUM ('SCANNING', 'APPLYING', 'DONE');

-- AlterEnum
ALTER TYPE "rule_kind" ADD VALUE 'TASK';

-- CreateTable
CREATE TABLE "task_contribution" (
    "member_id" BIGINT NOT NULL,
    "rule_id" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "program_id" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "local_date" DATE NOT NULL,
    "worth" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,

    CONSTRAINT "task_contribution_pkey" PRIMARY KEY ("member_id","rule_id","source")
);

-- CreateTable
CREATE TABLE "task_progress" (
    "member_id" BIGINT NOT NULL,
    "rule_id" INTEGER NOT NULL,
    "period_start" DATE NOT NULL,
    "program_id" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "progress" BIGINT NOT NULL,
    "target" BIGINT NOT NULL,
    "completed_at" TIMESTAMPTZ(3),
    "completed_date" DATE,

    CONSTRAINT "task_progress_pkey" PRIMARY KEY ("member_id","rule_id","period_start")
);

-- CreateTable
CREATE TABLE "task_settlement" (
    "member_id" BIGINT NOT NULL,
    "rule_id" INTEGER NOT NULL,
    "period_start" DATE NOT NULL,
    "program_id" INTEGER NOT NULL,
    "paid" BOOLEAN NOT NULL,
    "payments" INTEGER NOT NULL,
    "entry_seq" BIGINT,
    "settled_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "task_settlement_pkey" PRIMARY KEY ("member_id","rule_id","period_start")
);

-- CreateTable
CREATE TABLE "task_due" (
    "id" BIGSERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "member_id" BIGINT NOT NULL,
    "rule_id" INTEGER NOT NULL,
    "period_start" DATE NOT NULL,
    "quiet" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "task_due_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_revision" (
    "member_id" BIGINT NOT NULL,
    "revision" BIGINT NOT NULL,

    CONSTRAINT "task_revision_pkey" PRIMARY KEY ("member_id")
);

-- CreateTable
CREATE TABLE "task_backfill" (
    "id" BIGSERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "rule_id" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "dry_run" BOOLEAN NOT NULL,
    "quiet" BOOLEAN NOT NULL,
    "state" "backfill_state" NOT NULL,
    "requested_by" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "txid" xid8 NOT NULL DEFAULT '0'::xid8,
    "position" BIGINT NOT NULL DEFAULT 0,
    "after_member" BIGINT NOT NULL DEFAULT 0,
    "facts" BIGINT NOT NULL DEFAULT 0,
    "members" BIGINT NOT NULL DEFAULT 0,
    "completions" BIGINT NOT NULL DEFAULT 0,
    "points" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "task_backfill_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_backfill_fact" (
    "backfill_id" BIGINT NOT NULL,
    "member_id" BIGINT NOT NULL,
    "source" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "local_date" DATE NOT NULL,
    "worth" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,

    CONSTRAINT "task_backfill_fact_pkey" PRIMARY KEY ("backfill_id","member_id","source")
);

-- CreateIndex
CREATE INDEX "task_backfill_program_id_id_idx" ON "task_backfill"("program_id", "id");
