import { z } from 'zod';

/** The 16 hex digits in the middle of a key. A whole key is refused: inputs end up in logs. */
export const keyId = z
  .string()
  .regex(/^[0-9a-f]{16}$/, 'must be the 16 hex digits in the middle of a key, and nothing else');
