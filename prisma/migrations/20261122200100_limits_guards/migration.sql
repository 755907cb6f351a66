-- What rate limits want the database itself to keep.
ALTER TABLE program
  ADD CONSTRAINT program_rate_limits CHECK (jsonb_typeof(rate_limits) = 'object'
    AND NOT jsonb_path_exists(rate_limits,
      '$.* ? (!(@.perSecond >= 1 && @.burst >= @.perSecond))'));
-- A rate without a burst says nothing.
ALTER TABLE client
  ADD CONSTRAINT client_rate CHECK ((rate_per_second IS NULL) = (rate_burst IS NULL)
    AND rate_per_second >= 1 AND rate_burst >= rate_per_second);
