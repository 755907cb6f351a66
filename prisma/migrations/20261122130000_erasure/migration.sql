-- CreateTable
CREATE TABLE "erasure" (
    "member_id" BIGINT NOT NULL,
    "program_id" INTEGER NOT NULL,
    "external_id" TEXT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "position" BIGINT NOT NULL,
    "scanned_to" BIGINT NOT NULL DEFAULT 0,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "erasure_pkey" PRIMARY KEY ("member_id")
);
