/** Values of options, parsed; a wrong one is told in commander's own one line. */
import { InvalidArgumentError } from 'commander';
import { type ProviderInput, providerAlgorithms } from '../auth/identity-provider.ts';
import { allScopes } from '../auth/scopes.ts';
import type { ApiKeyRole } from '../auth/viewer.ts';
import { type ApiKeyScope, ClientMode } from '../generated/prisma/enums.ts';
import { limits } from '../limits.ts';
import { type RateHolder, rateHolders } from '../rate-limits/limit.ts';

export const API_KEY_ROLES: readonly ApiKeyRole[] = ['OPERATOR', 'SERVICE', 'PARTNER', 'SCREEN'];

export const RATE_HOLDERS = rateHolders;

export const CLIENT_MODES: readonly ClientMode[] = Object.values(ClientMode);

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION_MS_MAX = 3_650 * UNIT_MS.d;

/** '04:30' → 270 minutes after midnight. */
export function parseDayStart(text: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('It must be HH:MM, from 00:00 to 23:59.');
  return Number(match[1]) * 60 + Number(match[2]);
}

/** '72' → hours; 0 to a year. */
export function parseLateness(text: string): number {
  const hours = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (hours <= limits.latenessHoursMax) return hours;
  throw new InvalidArgumentError(`It must be whole hours, from 0 to ${limits.latenessHoursMax}.`);
}

/** '90s', '15m', '12h' or '30d' in milliseconds. */
export function parseDuration(text: string): number {
  const match = /^([1-9]\d{0,8})([smhd])$/.exec(text);
  const ms = match === null ? 0 : Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  if (ms === 0 || ms > DURATION_MS_MAX) {
    throw new InvalidArgumentError('It must be like 90s, 15m, 12h or 30d, up to 3650d.');
  }
  return ms;
}

/** A role, in either case. */
export function parseRole(text: string): ApiKeyRole {
  const role = API_KEY_ROLES.find((known) => known === text.toUpperCase());
  if (role === undefined) {
    throw new InvalidArgumentError(`It must be one of ${API_KEY_ROLES.join(', ')}.`);
  }
  return role;
}

/** Whose rate limit, in either case. */
export function parseRateHolder(text: string): RateHolder {
  const holder = RATE_HOLDERS.find((known) => known === text.toUpperCase());
  if (holder !== undefined) return holder;
  throw new InvalidArgumentError(`It must be one of ${RATE_HOLDERS.join(', ')}.`);
}

/** Units of a rate limit. */
export function parseUnits(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 on.');
}

/** '2026-12-01' or '2026-12-01T09:00:00Z': an instant; a date begins at midnight UTC. */
export function parseInstant(text: string): Date {
  const isInstant = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(
    text,
  );
  const instant = new Date(isInstant ? text : Number.NaN);
  if (!Number.isNaN(instant.getTime())) return instant;
  throw new InvalidArgumentError('It must be like 2026-12-01 or 2026-12-01T09:00:00Z.');
}

/** A length of time from now (`24h`), an instant, or `now`. */
export function parseEnd(text: string): number | Date {
  if (text === 'now') return 0;
  return /^\d+[smhd]$/.test(text) ? parseDuration(text) : parseInstant(text);
}

/** 'read,record': some of the words there are, in either case. */
function parseWords<Word extends string>(text: string, words: readonly Word[]): Word[] {
  return text.split(',').map((one) => {
    const found = words.find((word) => word.toUpperCase() === one.trim().toUpperCase());
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`It must be some of ${words.join(', ')}, with commas.`);
  });
}

/** What a key is narrowed to. */
export const parseScopes = (text: string): ApiKeyScope[] => parseWords(text, allScopes);

/** How an identity provider signs. */
export const parseAlgorithms = (text: string): ProviderInput['algorithms'] =>
  parseWords(text, providerAlgorithms);

/** A client's mode, in either case. */
export function parseClientMode(text: string): ClientMode {
  const mode = CLIENT_MODES.find((known) => known === text.toUpperCase());
  if (mode !== undefined) return mode;
  throw new InvalidArgumentError(`It must be one of ${CLIENT_MODES.join(', ')}.`);
}

/** A client's ceiling in objects; 'none' takes it away. */
export function parseCostMax(text: string): number | null {
  if (text === 'none') return null;
  const cost = /^[1-9]\d{0,5}$/.test(text) ? Number(text) : Number.NaN;
  if (cost <= limits.documentRowsMax) return cost;
  throw new InvalidArgumentError(`It must be 1 to ${limits.documentRowsMax}, or none.`);
}

/** The id of a reward, as the API shows it, as the id of its row. */
export function parseRewardId(text: string): number {
  const [, row] = /^Reward:([1-9]\d{0,14})$/.exec(Buffer.from(text, 'base64').toString()) ?? [];
  if (row === undefined) throw new InvalidArgumentError('It must be the id of a Reward.');
  return Number(row);
}
