-- CreateEnum
CREATE TYPE "client_mode" AS ENUM ('OPEN', 'LOG', 'REQUIRED');

-- CreateEnum
CREATE TYPE "persisted_operation_kind" AS ENUM ('QUERY', 'MUTATION', 'SUBSCRIPTION');

-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "client_id" INTEGER;

-- CreateTable
CREATE TABLE "client" (
    "id" SERIAL NOT NULL,
    "program_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "mode" "client_mode" NOT NULL DEFAULT 'OPEN',
    "cost_max" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "client_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "persisted_operation" (
    "client_id" INTEGER NOT NULL,
    "id" TEXT NOT NULL,
    "program_id" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "name" TEXT,
    "kind" "persisted_operation_kind" NOT NULL,
    "cost" INTEGER NOT NULL,
    "registered_at" TIMESTAMPTZ(3) NOT NULL,
    "registered_by" TEXT NOT NULL,
    "retires_at" TIMESTAMPTZ(3),

    CONSTRAINT "persisted_operation_pkey" PRIMARY KEY ("client_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "client_program_id_name_key" ON "client"("program_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "client_program_id_id_key" ON "client"("program_id", "id");

-- CreateIndex
CREATE INDEX "persisted_operation_program_id_idx" ON "persisted_operation"("program_id");

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_client_fkey" FOREIGN KEY ("program_id", "client_id") REFERENCES "client"("program_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "client" ADD CONSTRAINT "client_program_id_fkey" FOREIGN KEY ("program_id") REFERENCES "program"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "persisted_operation" ADD CONSTRAINT "persisted_operation_client_fkey" FOREIGN KEY ("program_id", "client_id") REFERENCES "client"("program_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;
