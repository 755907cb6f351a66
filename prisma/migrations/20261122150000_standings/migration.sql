-- CreateTable
CREATE TABLE "season_histogram" (
    "season_id" BIGINT NOT NULL,
    "revision" TEXT NOT NULL,
    "standings" BIGINT NOT NULL,
    "scores" BIGINT[],
    "reached_ats" TIMESTAMPTZ(3)[],
    "member_ids" BIGINT[],
    "ahead" BIGINT[],

    CONSTRAINT "season_histogram_pkey" PRIMARY KEY ("season_id")
);

-- CreateTable
CREATE TABLE "season_change" (
    "season_id" BIGINT NOT NULL,
    "version" BIGINT NOT NULL,
    "member_ids" BIGINT[],

    CONSTRAINT "season_change_pkey" PRIMARY KEY ("season_id","version")
);
