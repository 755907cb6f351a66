-- AlterTable
ALTER TABLE "allocation" DROP CONSTRAINT "allocation_pkey",
ADD COLUMN     "version" BIGINT NOT NULL DEFAULT 0,
ADD CONSTRAINT "allocation_pkey" PRIMARY KEY ("member_id", "debit_seq", "lot_seq", "version");
