import type { RateState } from './rate-limits.ts';

/**
 * The header fields of draft-ietf-httpapi-ratelimit-headers-06, the last with one field for each
 * number: units, and whole seconds until the bucket is full again.
 */
export const rateHeaders = ({ limit, remaining, resetMs }: RateState): Record<string, string> => ({
  'RateLimit-Limit': String(limit),
  'RateLimit-Remaining': String(Math.max(0, remaining)),
  'RateLimit-Reset': String(Math.ceil(resetMs / 1000)),
});
