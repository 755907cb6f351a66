/** What a code of a COUPON may be, and what of it is shown. Pure. */
import { externalId } from '../engine/inputs.ts';
import { limits } from '../limits.ts';

const SHOWN_CHARACTERS = 4;

/** A code: 4 to 128 characters, as texts are. */
export const codeText = externalId.refine(
  (code) => code.length >= limits.rewardCodeCharactersMin,
  `must have at least ${limits.rewardCodeCharactersMin} characters`,
);

/** The end of a code by which people tell it from others; never more than half of it. */
export function maskedCode(code: string): string {
  const characters = Array.from(code);
  const shown = Math.min(SHOWN_CHARACTERS, Math.floor(characters.length / 2));
  return `…${characters.slice(characters.length - shown).join('')}`;
}

/** A line that cannot be taken, and why: never its text. */
export type CodeRejection = { readonly line: number; readonly reason: string };

/** The lines of an import, sorted out. */
export type ReadCodes = {
  /** By code, in their order, with the line it stands in first. */
  readonly lineOf: ReadonlyMap<string, number>;
  /** How many lines repeat an earlier one. */
  readonly repeats: number;
  readonly rejections: readonly CodeRejection[];
};

/** Reads codes as they come; lines are counted from 1. */
export function readCodes(codes: readonly string[]): ReadCodes {
  const lineOf = new Map<string, number>();
  const rejections: CodeRejection[] = [];
  let repeats = 0;
  for (const [index, text] of codes.entries()) {
    const parsed = codeText.safeParse(text);
    if (!parsed.success) {
      const reason = parsed.error.issues[0]?.message ?? 'is not valid';
      rejections.push({ line: index + 1, reason });
    } else if (lineOf.has(text)) repeats += 1;
    else lineOf.set(text, index + 1);
  }
  return { lineOf, repeats, rejections };
}
