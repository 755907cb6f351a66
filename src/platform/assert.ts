/** A programmer's "never": thrown when something that must hold does not. Always a bug. */
export class AssertionFault extends Error {
  override readonly name = 'AssertionFault';
}

/**
 * Throws an AssertionFault with `message` unless `condition` is truthy. For what only a bug can
 * break, never for input: what a caller may get wrong is answered, not asserted.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFault(message);
}
