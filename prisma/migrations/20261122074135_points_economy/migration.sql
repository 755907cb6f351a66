-- CreateEnum
CREATE TYPE "rule_kind" AS ENUM ('EARNING', 'CAMPAIGN', 'CHECK_IN_PLAN', 'TIERS', 'POINTS_POLICY');

-- CreateEnum
CREATE TYPE "hold_state" AS ENUM ('HELD', 'CAPTURED', 'RELEASED', 'EXPIRED');

-- CreateEnum
CREATE TYPE "adjustment_state" AS ENUM ('PENDING', 'APPROVED', 'REJECTED');

-- AlterEnum
ALTER TYPE "entry_kind" ADD VALUE 'REVERSAL';

-- DropForeignKey
ALTER TABLE "plan" DROP CONSTRAINT "plan_program_id_fkey";

-- DropForeignKey
ALTER TABLE "earning_rule" DROP CONSTRAINT "earning_rule_program_id_fkey";

-- AlterTable
ALTER TABLE "member" ADD COLUMN     "birthday" TEXT,
ADD COLUMN     "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "account" ADD COLUMN     "counters" JSONB,
ADD COLUMN     "debt" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "held" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "streak_month_days" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "streak_week_days" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "tier_evaluates_at" TIMESTAMPTZ(3),
ADD COLUMN     "tier_key" TEXT,
ADD COLUMN     "tier_since" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "lot" ADD COLUMN     "held" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "reversed" BIGINT NOT NULL DEFAULT 0,
ALTER COLUMN "activates_at" DROP NOT NULL;

-- AlterTable
ALTER TABLE "activity" ADD COLUMN     "returned_units" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "units" BIGINT NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "audit_entry" ADD COLUMN     "before" JSONB;

-- CreateTable
CREATE TABLE "rule" (
    "id" SERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "kind" "rule_kind" NOT NULL,
    "key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rule_version" (
    "rule_id" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "starts_at" TIMESTAMPTZ(3),
    "ends_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,
    "published_at" TIMESTAMPTZ(3),
    "published_by" TEXT,

    CONSTRAINT "rule_version_pkey" PRIMARY KEY ("rule_id","version")
);

-- What plans and rules said goes on as version data. Plans keep their ids: check-ins name them.
INSERT INTO "rule" ("id", "program_id", "kind", "key", "created_at")
SELECT "id", "program_id", 'CHECK_IN_PLAN', "key", now() FROM "plan";
SELECT setval('rule_id_seq', (SELECT coalesce(max("id"), 0) + 1 FROM "rule"), false);
INSERT INTO "rule" ("program_id", "kind", "key", "created_at")
SELECT "program_id", 'EARNING', "activity_type", now() FROM "earning_rule" ORDER BY "id";

INSERT INTO "rule_version" ("rule_id", "version", "definition", "starts_at", "created_at",
  "created_by", "published_at", "published_by")
SELECT "id", "version", jsonb_build_object(
    'ladder', to_jsonb("ladder"), 'ladderEnd', "ladder_end"::text, 'expiry',
    CASE WHEN "points_days" IS NOT NULL
      THEN jsonb_build_object('days', "points_days", 'until', 'END_OF_DAY') END),
  '1970-01-01T00:00:00Z', now(), 'migration', now(), 'migration' FROM "plan";
INSERT INTO "rule_version" ("rule_id", "version", "definition", "starts_at", "created_at",
  "created_by", "published_at", "published_by")
SELECT r."id", e."version", jsonb_build_object(
    'trigger', jsonb_build_object('on', 'ACTIVITY', 'type', e."activity_type"),
    'points', jsonb_build_object('fixed', e."points"),
    'activation', CASE WHEN e."pending_days" = 0 THEN jsonb_build_object('mode', 'AT_ONCE')
      ELSE jsonb_build_object('mode', 'AFTER_DAYS', 'days', e."pending_days") END,
    'expiry', CASE WHEN e."points_days" IS NOT NULL
      THEN jsonb_build_object('days', e."points_days", 'until', 'END_OF_DAY') END),
  '1970-01-01T00:00:00Z', now(), 'migration', now(), 'migration'
FROM "earning_rule" e JOIN "rule" r
  ON r."program_id" = e."program_id" AND r."kind" = 'EARNING' AND r."key" = e."activity_type";

-- DropTable
DROP TABLE "plan";

-- DropTable
DROP TABLE "earning_rule";

-- DropEnum
DROP TYPE "ladder_end";

-- CreateTable
CREATE TABLE "rule_budget" (
    "rule_id" INTEGER NOT NULL,
    "spent" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "rule_budget_pkey" PRIMARY KEY ("rule_id")
);

-- CreateTable
CREATE TABLE "tier_change" (
    "member_id" BIGINT NOT NULL,
    "position" BIGINT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "from_key" TEXT,
    "to_key" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "basis" BIGINT NOT NULL,
    "rule_version" TEXT NOT NULL,

    CONSTRAINT "tier_change_pkey" PRIMARY KEY ("member_id","position")
);

-- CreateTable
CREATE TABLE "hold" (
    "id" BIGSERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "member_id" BIGINT NOT NULL,
    "points" BIGINT NOT NULL,
    "captured" BIGINT NOT NULL DEFAULT 0,
    "state" "hold_state" NOT NULL,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "hold_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hold_lot" (
    "hold_id" BIGINT NOT NULL,
    "lot_seq" BIGINT NOT NULL,
    "member_id" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,

    CONSTRAINT "hold_lot_pkey" PRIMARY KEY ("hold_id","lot_seq")
);

-- CreateTable
CREATE TABLE "adjustment_request" (
    "id" BIGSERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "member_id" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,
    "reason" TEXT NOT NULL,
    "note" TEXT,
    "expires_at" TIMESTAMPTZ(3),
    "state" "adjustment_state" NOT NULL,
    "requested_by" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "adjustment_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "expiry_notice" (
    "member_id" BIGINT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "days" INTEGER NOT NULL,
    "points" BIGINT NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "expiry_notice_pkey" PRIMARY KEY ("member_id","expires_at","days")
);

-- CreateIndex
CREATE UNIQUE INDEX "rule_program_id_kind_key_key" ON "rule"("program_id", "kind", "key");

-- CreateIndex
CREATE INDEX "hold_member_id_id_idx" ON "hold"("member_id", "id");

-- CreateIndex
CREATE INDEX "adjustment_request_program_id_state_id_idx" ON "adjustment_request"("program_id", "state", "id");

-- AddForeignKey
ALTER TABLE "rule" ADD CONSTRAINT "rule_program_id_fkey" FOREIGN KEY ("program_id") REFERENCES "program"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rule_version" ADD CONSTRAINT "rule_version_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "rule"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Days of the week (from Monday) and of the month of each member's last check-in.
UPDATE "account" a SET
  "streak_week_days" = (SELECT count(*) FROM "check_in" c WHERE c."member_id" = a."member_id"
    AND c."local_date" >= date_trunc('week', a."last_check_in_date"::timestamp)::date),
  "streak_month_days" = (SELECT count(*) FROM "check_in" c WHERE c."member_id" = a."member_id"
    AND c."local_date" >= date_trunc('month', a."last_check_in_date"::timestamp)::date)
WHERE a."last_check_in_date" IS NOT NULL;
