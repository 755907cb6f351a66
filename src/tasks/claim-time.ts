import { addDays, type LocalDate, startOfLocalDate } from '../platform/calendar.ts';
import type { ProgramConfig } from '../programs/config.ts';
import type { Task } from '../rules/task-definition.ts';

/** The instant from which a completion can be claimed no more; null: it always can. */
export function claimEnd(
  { zone, dayStartMinutes }: Pick<ProgramConfig, 'zone' | 'dayStartMinutes'>,
  { claimDays }: Pick<Task, 'claimDays'>,
  completedDate: LocalDate,
): Date | null {
  if (claimDays === null) return null;
  return startOfLocalDate(addDays(completedDate, claimDays + 1), zone, dayStartMinutes);
}
