-- AlterTable
ALTER TABLE "program" ADD COLUMN     "rate_limits" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "client" ADD COLUMN     "rate_burst" INTEGER,
ADD COLUMN     "rate_per_second" INTEGER;
