/** Where a command's words go: results to stdout, all else to stderr. */
export type Output = {
  readonly json: boolean;
  /** Prints the result: the lines for people, or the one JSON document. */
  result(document: object, lines: readonly string[]): void;
  /** A word by the way; not a result. Silent in JSON. */
  note(line: string): void;
  /** Says in one line why the exit code will not be 0. */
  problem(line: string): void;
};

/** The process's own output. */
export function createOutput(json: boolean): Output {
  return {
    json,
    result: (document, lines) => {
      const text = json ? JSON.stringify(document) : lines.join('\n');
      process.stdout.write(`${text}\n`);
    },
    note: (line) => {
      if (!json) process.stderr.write(`${line}\n`);
    },
    problem: (line) => {
      process.stderr.write(`tallymark: ${line}\n`);
    },
  };
}

/** 4857 → '4,857'. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** Milliseconds as seconds for people. */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 9_950 ? 2 : 0)} s`;
