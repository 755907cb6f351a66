-- CreateEnum
CREATE TYPE "api_key_scope" AS ENUM ('READ', 'RECORD', 'REDEEM', 'MANAGE', 'KEYS');

-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "last_used_at" TIMESTAMPTZ(3),
ADD COLUMN     "replaces_id" TEXT,
ADD COLUMN     "scopes" "api_key_scope"[] DEFAULT ARRAY[]::"api_key_scope"[];

-- CreateTable
CREATE TABLE "identity_provider" (
    "program_id" INTEGER NOT NULL,
    "issuer" TEXT NOT NULL,
    "audience" TEXT NOT NULL,
    "jwks_url" TEXT NOT NULL,
    "algorithms" TEXT[],
    "member_claim" TEXT NOT NULL DEFAULT 'sub',
    "client_claim" TEXT,
    "revision" BIGINT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "identity_provider_pkey" PRIMARY KEY ("program_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "identity_provider_issuer_audience_key" ON "identity_provider"("issuer", "audience");

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_replaces_id_fkey" FOREIGN KEY ("replaces_id") REFERENCES "api_key"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "identity_provider" ADD CONSTRAINT "identity_provider_program_id_fkey" FOREIGN KEY ("program_id") REFERENCES "program"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
