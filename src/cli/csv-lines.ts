/** A physical line of a file, without its line end. */
export type Line = {
  /** From 1, as editors count. */
  readonly number: number;
  /** Null: longer than the limit, and so not kept. */
  readonly bytes: Buffer | null;
};

/** Longer lines are no check-ins; one must not fill the memory. */
export const LINE_BYTES_MAX = 65_536;

const LF = 0x0a;
const CR = 0x0d;

/**
 * Cuts chunks of bytes into lines that end with LF or CRLF. (Node's readline would also cut at
 * U+2028, which may stand in a field.)
 */
export class LineSplitter {
  #number = 0;
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** The lines that this chunk completes. */
  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, from)) {
      lines.push(this.#complete(chunk.subarray(from, at)));
      from = at + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  /** The last line, when no line end follows it. */
  end(): Line[] {
    return this.#restBytes === 0 ? [] : [this.#complete(Buffer.alloc(0))];
  }

  #keep(part: Buffer): void {
    this.#restBytes += part.length;
    if (this.#restBytes > LINE_BYTES_MAX) this.#rest = [];
    else if (part.length > 0) this.#rest.push(Buffer.from(part));
  }

  #complete(tail: Buffer): Line {
    this.#number += 1;
    const size = this.#restBytes + tail.length;
    const whole = this.#rest.length === 0 ? tail : Buffer.concat([...this.#rest, tail]);
    this.#rest = [];
    this.#restBytes = 0;
    if (size > LINE_BYTES_MAX) return { number: this.#number, bytes: null };
    const bytes = whole.at(-1) === CR ? whole.subarray(0, -1) : whole;
    return { number: this.#number, bytes };
  }
}
