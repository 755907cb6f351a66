import path from 'node:path';
import { z } from 'zod';

/** A setting that is missing or wrong; the message names it. */
export class SettingError extends Error {}

const url = (protocols: readonly string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );

const flag = z.enum(['0', '1'], 'must be 0 or 1').transform((value) => value === '1');

const isRedisUrl = (text: string) => {
  if (!URL.canParse(text)) return true; // Said already.
  const { protocol, hostname, pathname } = new URL(text);
  return !protocol.startsWith('redis') || (hostname !== '' && /^\/?\d*$/.test(pathname));
};

const isOrigin = (text: string) => URL.canParse(text) && /^https?:\/\/[^/?#@]+\/?$/i.test(text);

/** An empty variable counts as absent: that is what most shells and compose files mean by it. */
const settings = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: z
    .string()
    .regex(/^\d+$/, 'must be a port number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a port number from 0 to 65535')
    .default(4000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: url(['postgres:', 'postgresql:']).optional(),
  REDIS_URL: url(['redis:', 'rediss:'])
    .refine(isRedisUrl, 'must name a host, and its path the number of a database or nothing')
    .optional(),
  REDIS_CHANNEL: z.string().default('tallymark'),
  TALLYMARK_DATA_DIR: z.string().default('.tallymark'),
  TALLYMARK_DEMO: flag.optional(),
  TALLYMARK_GRAPHIQL: flag.optional(),
  TALLYMARK_JOBS: flag.optional(),
  ALLOWED_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .refine((origins) => origins.every(isOrigin), {
      message: 'must be origins like https://app.example, separated by commas',
    })
    // As browsers write them: without a slash, in lower case, without the usual port.
    .transform((origins) => origins.map((origin) => new URL(origin).origin))
    .default([]),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be fatal, error, warn, info, debug, trace or silent',
    )
    .default('info'),
});

/** All settings of a process. */
export type Config = {
  readonly port: number;
  readonly host: string;
  /** Absent: an embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** Absent: a single node. */
  readonly redisUrl: string | undefined;
  /** Nodes of one installation talk on one channel. */
  readonly redisChannel: string;
  readonly dataDir: string;
  /** Seed a demo program into a database that has none. */
  readonly demo: boolean;
  /** Run what time brings (expiry, tier evaluations …) in this process. */
  readonly jobs: boolean;
  /** Serve GraphiQL and answer introspection to anyone. */
  readonly graphiql: boolean;
  /** Browser origins besides our own that may call the API. */
  readonly allowedOrigins: readonly string[];
  readonly logLevel: string;
};

/** Parses the environment; throws one SettingError that names every mistake. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map(
      ({ path: [name], message }) => `${String(name)} ${message}`,
    );
    throw new SettingError(mistakes.join('; '));
  }
  const { data } = parsed;
  return {
    port: data.PORT,
    host: data.HOST,
    databaseUrl: data.DATABASE_URL,
    redisUrl: data.REDIS_URL,
    redisChannel: data.REDIS_CHANNEL,
    dataDir: path.resolve(data.TALLYMARK_DATA_DIR),
    demo: data.TALLYMARK_DEMO ?? data.NODE_ENV !== 'production',
    jobs: data.TALLYMARK_JOBS ?? true,
    graphiql: data.TALLYMARK_GRAPHIQL ?? data.NODE_ENV !== 'production',
    allowedOrigins: data.ALLOWED_ORIGINS,
    logLevel: data.LOG_LEVEL,
  };
}
