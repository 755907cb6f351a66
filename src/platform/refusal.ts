import type { z } from 'zod';

/**
 * A domain "no": a typed answer, not a fault. Each operation exports the list of its own
 * refusals, and the result unions of the API are built from those lists.
 */
export abstract class Refusal extends Error {
  /** Stable code, a value of the SDL enum `RefusalCode`. */
  abstract readonly code: string;

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** The input itself is wrong; says which field and why. Answered as BAD_USER_INPUT. */
export class InputError extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.name = 'InputError';
    this.field = field;
  }
}

/** The same idempotency key came with another input. Answered as IDEMPOTENCY_KEY_REUSED. */
export class IdempotencyKeyReused extends Error {
  constructor() {
    super('idempotencyKey: already used for a different input');
    this.name = 'IdempotencyKeyReused';
  }
}

/** Not now: a full queue, a database that does not answer. Answered as SERVICE_UNAVAILABLE. */
export class Unavailable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Unavailable';
  }
}

/** Parses an input; the InputError names the first field that is wrong, and why. */
export function parseOrRefuse<T>(schema: z.ZodType<T>, raw: unknown): T {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(issue?.path.join('.') || 'input', issue?.message ?? 'is not valid');
}
