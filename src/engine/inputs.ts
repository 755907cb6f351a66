/** Shared pieces of operation inputs; messages name no field, the field is reported beside them. */
import { z } from 'zod';
import { limits } from '../limits.ts';

/** What most ids look like: nothing more has to be asked of them. */
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]/u;

/**
 * Text without control characters, which break logs, CSV files and screens, and which is what it
 * looks like: not blank, no blanks around it, not turned round (joiners as in emoji are fine).
 */
const text = (charactersMax: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(charactersMax, `must have at most ${charactersMax} characters`)
    .superRefine((value, context) => {
      if (value === '') return; // Said already.
      const message = PLAIN.test(value) ? undefined : whatIsWrong(value);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });

function whatIsWrong(value: string): string | undefined {
  if (/\p{Cc}|\p{Cs}/u.test(value)) return 'must not contain control characters';
  if (/\p{Bidi_Control}/u.test(value)) return 'must not contain characters that turn text round';
  if (!VISIBLE.test(value)) return 'must contain a visible character';
  return value === value.trim() ? undefined : 'must not begin or end with white space';
}

export const externalId = text(limits.externalIdCharactersMax);
export const shortText = text(limits.textCharactersMax);
/** What members call themselves. */
export const nickname = text(limits.nicknameCharactersMax);
export const teamName = text(limits.teamNameCharactersMax);
/** Shown by clients, and never fetched by us; what is not ASCII comes percent-encoded. */
export const httpsUrl = z
  .string()
  .refine(isHttps, 'must be an https address of at most 2,000 characters');

function isHttps(value: string) {
  return /^https:\/\/[!-~]{1,1992}$/.test(value) && URL.canParse(value);
}

/** A name as machines use it: `purchase`, `spring-sale`. */
export const keyText = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"');

export const idempotencyKey = text(limits.idempotencyKeyCharactersMax).optional();

/** A whole number that is exact everywhere (S26). */
export const exact = z
  .number()
  .refine(Number.isSafeInteger, 'must be a whole number of at most 2^53 − 1');
export const positivePoints = exact.refine((value) => value > 0, 'must be greater than 0');
export const signedPoints = exact.refine((value) => value !== 0, 'must not be 0');
export const quantity = exact.refine((value) => value >= 0, 'must not be negative');

export const instant = z.date();

/** The usual way to name a member first: a union tries its members in turn. */
export const memberRef = z.union([
  z.object({ externalId }).strict(),
  z.object({ id: exact }).strict(),
]);
