import { z } from 'zod';

const id = z.number().int().positive();

/** What nodes tell each other after a projection's commit: which, not what. */
export const liveMessage = z.object({
  boards: z.array(z.object({ leaderboardId: id, seasonId: id, version: id })),
  members: z.array(id),
  /** Of these, seasons that were frozen, or settled. */
  final: z.array(z.object({ leaderboardId: id, seasonId: id })).optional(),
});

export type LiveMessage = z.infer<typeof liveMessage>;
