import { z } from 'zod';
import { httpsUrl, keyText, nickname, shortText } from '../engine/inputs.ts';
import { limits } from '../limits.ts';
import { isLocalDate } from '../platform/calendar.ts';

/** `MM-DD`, a day that some year has. */
export const birthday = z
  .string()
  .refine((text) => /^\d\d-\d\d$/.test(text) && isLocalDate(`2000-${text}`), {
    error: ({ input }) => whatIsWrong(String(input)),
  });

function whatIsWrong(text: string): string {
  if (isLocalDate(text)) return 'must be a month and a day, MM-DD: leave the year out';
  return /^\d\d-\d\d$/.test(text)
    ? `${text} is no date of the calendar`
    : 'must be a month and a day, MM-DD';
}

export const tags = z
  .array(keyText)
  .max(limits.memberTagsMax, `may have at most ${limits.memberTagsMax} entries`)
  .transform((given) => [...new Set(given)].sort());

/** How the external ids begin that erased members have instead of theirs; nobody enrols with it. */
export const ERASED_PREFIX = 'erased:';

/** What a program may know of a member besides their ids; all of it optional. */
export const profileInput = {
  /** Shown on boards. */
  displayName: shortText.optional(),
  birthday: birthday.nullable().optional(),
  tags: tags.optional(),
};

/** What members may choose themselves: how boards show them, if at all. Null: none. */
export const choicesInput = {
  nickname: nickname.nullable().optional(),
  avatarUrl: httpsUrl.nullable().optional(),
  leaderboardOptOut: z.boolean().optional(),
};
export type Choices = z.infer<z.ZodObject<typeof choicesInput>>;
