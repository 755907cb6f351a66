-- AlterEnum
ALTER TYPE "rule_kind" ADD VALUE 'BADGE';

-- CreateTable
CREATE TABLE "badge_award" (
    "member_id" BIGINT NOT NULL,
    "rule_id" INTEGER NOT NULL,
    "program_id" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "awarded_at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "source" TEXT NOT NULL,
    "position" BIGINT,
    "revoked_at" TIMESTAMPTZ(3),
    "reason" TEXT,
    "changed_by" TEXT,

    CONSTRAINT "badge_award_pkey" PRIMARY KEY ("member_id","rule_id")
);

-- CreateTable
CREATE TABLE "badge_fact" (
    "member_id" BIGINT NOT NULL,
    "rule_id" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "program_id" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "local_date" DATE NOT NULL,
    "returned" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "badge_fact_pkey" PRIMARY KEY ("member_id","rule_id","source")
);

-- CreateTable
CREATE TABLE "badge_sweep" (
    "rule_id" INTEGER NOT NULL,
    "subject" TEXT NOT NULL,
    "after_member" BIGINT NOT NULL DEFAULT 0,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "badge_sweep_pkey" PRIMARY KEY ("rule_id","subject")
);

-- CreateTable
CREATE TABLE "badge_revision" (
    "member_id" BIGINT NOT NULL,
    "revision" BIGINT NOT NULL,

    CONSTRAINT "badge_revision_pkey" PRIMARY KEY ("member_id")
);
