import { type DestinationStream, destination, type Logger, pino } from 'pino';

/** What a part of the service needs of a log: an object with the facts, then what happened. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** The log of the process. */
export interface RootLog extends Log {
  debug(facts: object, message: string): void;
  /** A log that adds `facts` to each line. */
  child(facts: Record<string, unknown>): RootLog;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export type LogOptions = {
  level: LogLevel;
  /** One readable line instead of JSON, for a terminal. */
  pretty?: boolean;
  /** Where lines go; standard output (fd 1) unless given. */
  destination?: DestinationStream;
};

// By name and at any depth, because a list of paths misses the one that nobody thought of.
const SECRET_NAME =
  /authori[sz]ation|token|secret|password|passwd|cookie|idempotency-?_?key|api-?_?key|private-?_?key/i;
const CREDENTIALS_IN_URL = /(\/\/)[^/@\s]*@/g;
const DEPTH_MAX = 6;
const ITEMS_MAX = 100;
const REDACTED = '[redacted]';

/**
 * The log of the process: one JSON line per entry, with the time in UTC. Values whose name speaks
 * of a credential are replaced at any depth; so are credentials inside the URLs of error messages.
 */
export function createLog(options: LogOptions): RootLog {
  const lines = options.destination ?? destination({ dest: 1, sync: true });
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // Else pino's own takes what `describeError` made for an Error, and takes it apart.
      serializers: { err: (described: unknown) => described },
      formatters: { level: (level) => ({ level }), log: redactFacts },
    },
    options.pretty === true ? { write: (line) => lines.write(readable(line)) } : lines,
  );
  return rootLog(logger);
}

function rootLog(logger: Logger): RootLog {
  return {
    debug: (facts, message) => logger.debug(facts, message),
    info: (facts, message) => logger.info(facts, message),
    warn: (facts, message) => logger.warn(facts, message),
    error: (facts, message) => logger.error(facts, message),
    // Pino does not pass the facts of a child through its formatters.
    child: (facts) => rootLog(logger.child(redactFacts(facts))),
  };
}

function redactFacts(facts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, redact(name, value, 0)]),
  );
}

function redact(name: string, value: unknown, depth: number): unknown {
  // Counts such as `tokens: 12` are no secret.
  const carries = typeof value === 'string' || (typeof value === 'object' && value !== null);
  if (carries && SECRET_NAME.test(name)) return REDACTED;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return describeError(value, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return value;
  if (depth >= DEPTH_MAX) return '[deep]';
  if (Array.isArray(value)) {
    return value.slice(0, ITEMS_MAX).map((item) => redact('', item, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, ITEMS_MAX)
      .map(([key, item]) => [key, redact(key, item, depth + 1)]),
  );
}

/** Only known parts, because libraries hang the failed command, its arguments included, on theirs. */
function describeError(error: Error, depth: number): object {
  const code = 'code' in error ? { code: String(error.code) } : {};
  const cause =
    error.cause === undefined || depth >= DEPTH_MAX
      ? {}
      : { cause: redact('cause', error.cause, depth + 1) };
  return {
    type: error.name,
    message: error.message.replace(CREDENTIALS_IN_URL, '$1***@'),
    ...code,
    stack: (error.stack ?? '').replace(CREDENTIALS_IN_URL, '$1***@'),
    ...cause,
  };
}

function readable(line: string): string {
  try {
    const { time, level, msg, ...facts } = JSON.parse(line) as Record<string, unknown>;
    const rest = Object.keys(facts).length === 0 ? '' : ` ${JSON.stringify(facts)}`;
    return `${String(time).slice(11, 23)} ${String(level).toUpperCase().padEnd(5)} ${msg}${rest}\n`;
  } catch {
    return line;
  }
}
