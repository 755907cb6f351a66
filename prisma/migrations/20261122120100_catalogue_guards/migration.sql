-- What members page through. Its predicate names no column that a sale changes, so that updates
-- of stock stay heap-only.
CREATE INDEX reward_catalogue ON reward (program_id, id)
  WHERE state = 'ON_SALE' AND visibility <> 'UNLISTED';

-- Of a COUPON the codes are counted.
ALTER TABLE reward
  ADD CONSTRAINT reward_coupon_stock CHECK (kind <> 'COUPON' OR stock IS NOT NULL);
