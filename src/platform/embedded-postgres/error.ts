/** Why the embedded database cannot be used, in plain language, naming the setting to change. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
