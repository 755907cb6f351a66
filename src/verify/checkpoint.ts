/**
 * Signed checkpoints (S43): the end of every chain at one time, as JSON lines, and last a line with
 * an HMAC-SHA256 over all before it. Whoever may write to the database cannot forge one, so entries
 * cut off at the end of a chain are missed even when the account was made to agree.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const chainLine = z.object({
  program: z.string(),
  memberId: z.number().int().positive(),
  seq: z.number().int().positive(),
  head: z.string().regex(/^[0-9a-f]{64}$/),
});
const lastLine = z.object({
  chains: z.number().int().nonnegative(),
  signedAt: z.string(),
  signature: z.string().regex(/^[0-9a-f]{64}$/),
});

/** One chain as a checkpoint names it. */
export type CheckpointChain = z.infer<typeof chainLine>;

/** The file is no checkpoint, or not as it was signed. */
export class CheckpointError extends Error {}

const LINES_PER_WRITE = 1_000;

/** Writes a checkpoint beside its file and puts it in place when it is complete. */
export class CheckpointWriter {
  readonly #file: string;
  readonly #draft: FileHandle;
  readonly #hmac: ReturnType<typeof createHmac>;
  #chains = 0;
  #lines: string[] = [];

  private constructor(file: string, draft: FileHandle, secret: string) {
    this.#file = file;
    this.#draft = draft;
    this.#hmac = createHmac('sha256', secret);
  }

  static async create(file: string, secret: string): Promise<CheckpointWriter> {
    return new CheckpointWriter(file, await open(draftOf(file), 'w', 0o600), secret);
  }

  async add({ program, memberId, seq, head }: CheckpointChain): Promise<void> {
    this.#chains += 1;
    this.#lines.push(`${JSON.stringify({ program, memberId, seq, head })}\n`);
    if (this.#lines.length >= LINES_PER_WRITE) await this.#flush();
  }

  /** Signs and puts the file in place; returns how many chains it names. */
  async finish(now: Date): Promise<number> {
    const summary = { chains: this.#chains, signedAt: now.toISOString() };
    await this.#flush();
    const signature = this.#hmac.update(JSON.stringify(summary)).digest('hex');
    await this.#draft.write(`${JSON.stringify({ ...summary, signature })}\n`);
    await this.#draft.sync();
    await this.#draft.close();
    await rename(draftOf(this.#file), this.#file);
    return this.#chains;
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.#draft.close();
    await rm(draftOf(this.#file), { force: true });
  }

  async #flush(): Promise<void> {
    const text = this.#lines.join('');
    this.#lines = [];
    this.#hmac.update(text);
    await this.#draft.write(text);
  }
}

const draftOf = (file: string) => `${file}.part`;

/** Checks the signature of a whole checkpoint; says how many chains it names. */
export async function proveCheckpoint(file: string, secret: string): Promise<number> {
  const hmac = createHmac('sha256', secret);
  let previous: string | undefined;
  let lines = 0;
  for await (const line of linesOf(file)) {
    if (previous !== undefined) hmac.update(`${previous}\n`);
    previous = line;
    lines += 1;
  }
  const { signature, ...summary } = parseLine(lastLine, previous ?? '', 'its last line');
  const expected = hmac.update(JSON.stringify(summary)).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex')) || summary.chains !== lines - 1) {
    throw new CheckpointError(
      'the signature does not match: the file was changed, or signed with another secret',
    );
  }
  return summary.chains;
}

/** The chains of a checkpoint whose signature was proved, some at a time. */
export async function* readCheckpoint(
  file: string,
  chainsPerRead: number,
): AsyncGenerator<CheckpointChain[]> {
  let previous: string | undefined;
  let chains: CheckpointChain[] = [];
  for await (const line of linesOf(file)) {
    if (previous !== undefined) chains.push(parseLine(chainLine, previous, 'a line'));
    previous = line;
    if (chains.length < chainsPerRead) continue;
    yield chains;
    chains = [];
  }
  if (chains.length > 0) yield chains;
}

const linesOf = (file: string) =>
  createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });

function parseLine<T>(shape: z.ZodType<T>, line: string, which: string): T {
  try {
    return shape.parse(JSON.parse(line));
  } catch {
    throw new CheckpointError(`is no checkpoint: ${which} is not as verify writes it`);
  }
}
