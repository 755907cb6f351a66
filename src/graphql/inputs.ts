/** What every command's `idempotencyKey` is. */
export const idempotencyKeyText =
  'Your key for this command, up to 255 characters; a repeat gets the first answer.';

/** An input object as operations take it: GraphQL's null means the same as leaving a field out. */
export function withoutNulls<Input extends object>(
  input: Input,
): { [Field in keyof Input]: Exclude<Input[Field], null> } {
  const given = Object.entries(input).filter(([, value]) => value !== null);
  return Object.fromEntries(given) as { [Field in keyof Input]: Exclude<Input[Field], null> };
}
