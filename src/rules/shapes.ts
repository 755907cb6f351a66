/** Schema pieces of rules whose messages an operator understands; they name no field. */
import { z } from 'zod';

/** What is wrong with a definition: where ('points.table.1.from') and why. */
export type Problem = { readonly field: string; readonly message: string };

/** A whole number in [min, max], both included. */
export const wholeNumber = (min: number, max: number, hint = '') => {
  const says = `must be a whole number from ${min} to ${max}${hint}`;
  return z
    .number(says)
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, says);
};

/** A list of `min` to `max` items. */
export const listOf = <Item extends z.ZodType>(item: Item, min: number, max: number) => {
  const says = `must be a list of ${min} to ${max}`;
  return z.array(item).min(min, says).max(max, says);
};

/** Of a filter: any of 1 to `max` items; null: whatever it is. */
export const anyOf = <Item extends z.ZodType>(item: Item, max: number) =>
  listOf(item, 1, max)
    .optional()
    .transform((list) => list ?? null);

/**
 * One of several shapes, told apart by the field that only it has. Unlike a union it reports what
 * is wrong with the shape that was meant.
 */
export function choice<Shapes extends Record<string, z.ZodType>>(
  shapes: Shapes,
  says: string,
): z.ZodType<z.output<Shapes[keyof Shapes]>> {
  return z.unknown().transform((input, context) => {
    const [meant, other] = namesOf(shapes, input);
    const shape = meant === undefined ? undefined : shapes[meant];
    if (shape === undefined || other !== undefined) {
      const both = other === undefined ? '' : `has both \`${meant}\` and \`${other}\`: `;
      context.issues.push({ code: 'custom', message: `${both}${says}`, input });
      return z.NEVER;
    }
    const parsed = shape.safeParse(input, { error: plainWords });
    if (parsed.success) return parsed.data as z.output<Shapes[keyof Shapes]>;
    for (const { path, message } of plainIssues(parsed.error)) {
      context.issues.push({ code: 'custom', path, message, input });
    }
    return z.NEVER;
  });
}

/** The shapes that an input has the fields of. */
function namesOf(shapes: object, input: unknown): string[] {
  if (typeof input !== 'object' || input === null) return [];
  return Object.keys(shapes).filter((name) => Object.hasOwn(input, name));
}

/** A shape without fields that others of its kind have: `type` with CHECK_IN. */
export const without = (field: string, what: string) => ({
  error: (issue: z.core.$ZodRawIssue) =>
    issue.code === 'unrecognized_keys' && (issue.keys as readonly string[]).includes(field)
      ? `leave \`${field}\` out for ${what}`
      : undefined,
});

/** Zod's own messages in plain words; for what a schema says itself this is not asked. */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kindWords[issue.expected]}`;
    case 'invalid_value':
      return `must be ${orList(issue.values.map(String))}`;
    case 'unrecognized_keys':
      return 'is not a field of it';
    case 'invalid_union': // Shapes told apart by a field that has one of these values.
      return Array.isArray(issue.options)
        ? `must be ${orList(issue.options.map(String))}`
        : undefined;
    default:
      return undefined;
  }
};

const kindWords: Partial<Record<string, string>> = {
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** 'A, B or C'. */
const orList = (words: readonly string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** Each thing that is wrong, with its path; an unknown field is reported at itself. */
function plainIssues(error: z.ZodError): { path: PropertyKey[]; message: string }[] {
  return error.issues.flatMap((issue) => {
    const { path, message } = issue;
    if (issue.code !== 'unrecognized_keys') return [{ path, message }];
    return issue.keys.map((key) => ({ path: [...path, key], message }));
  });
}

/** What zod found, as problems; `whole` is the name for the definition itself. */
export const problemsOf = (error: z.ZodError, whole: string): Problem[] =>
  plainIssues(error).map(({ path, message }) => ({
    field: path.map(String).join('.') || whole,
    message,
  }));
