-- AlterTable
ALTER TABLE "event" ADD COLUMN     "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp();
