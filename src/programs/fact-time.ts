import type { FactTime } from '../engine/rows.ts';
import { localDateOf, utcOffsetSeconds } from '../platform/calendar.ts';
import type { ProgramConfig } from './config.ts';

/** Judges an instant by the program's zone and day start, and keeps what it was judged by (S2). */
export function factTime(program: ProgramConfig, at: Date): FactTime {
  const { zone, dayStartMinutes } = program;
  return {
    occurredAt: at,
    localDate: localDateOf(at, zone, dayStartMinutes),
    zone,
    utcOffsetSeconds: utcOffsetSeconds(at, zone),
    dayStartMinutes,
  };
}
