-- The lists of a histogram belong together, mark by mark.
ALTER TABLE season_histogram
  ADD CONSTRAINT season_histogram_lists CHECK (cardinality(scores) = cardinality(ahead)
    AND cardinality(reached_ats) = cardinality(ahead)
    AND cardinality(member_ids) = cardinality(ahead)),
  ADD CONSTRAINT season_histogram_counts CHECK (standings >= 0 AND 0 <= ALL (ahead));
ALTER TABLE season_change
  ADD CONSTRAINT season_change_version CHECK (version > 0 AND cardinality(member_ids) > 0);

-- Counts change with every version; the marks, which are long, stay where they are.
ALTER TABLE season_histogram SET (fillfactor = 20);

-- The seasons there are: a mark at every 512th part of their standings.
INSERT INTO season_histogram
  (season_id, revision, standings, scores, reached_ats, member_ids, ahead)
SELECT season_id, gen_random_uuid()::text, max(total),
  coalesce(array_agg(score ORDER BY n) FILTER (WHERE is_mark), '{}'),
  coalesce(array_agg(reached_at ORDER BY n) FILTER (WHERE is_mark), '{}'),
  coalesce(array_agg(member_id ORDER BY n) FILTER (WHERE is_mark), '{}'),
  coalesce(array_agg(n ORDER BY n) FILTER (WHERE is_mark), '{}')
FROM (
  SELECT *, n > 0 AND n % greatest(64, (total + 511) / 512) = 0 AS is_mark
  FROM (
    SELECT *, count(*) OVER (PARTITION BY season_id) AS total,
      row_number() OVER (PARTITION BY season_id ORDER BY score DESC, reached_at, member_id) - 1 AS n
    FROM standing) placed) marked
GROUP BY season_id;
