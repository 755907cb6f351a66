import { showDocumentId } from '../operations/document-id.ts';
import type { Judge } from '../operations/judge.ts';
import { allOperations } from '../operations/list-operations.ts';
import { textOf } from './operations.ts';
import { count, type Output } from './output.ts';
import { CliProblem } from './problem.ts';
import { type Env, requireProgram, withApp } from './with-app.ts';

export type CheckFlags = {
  /** A file with a schema in SDL. */
  readonly schema: string;
  /** All programs when absent. */
  readonly program?: string;
};

/** An operation that does not fit another schema. */
type Broken = {
  readonly program: string;
  readonly client: string;
  readonly documentId: string;
  readonly operationName: string | null;
  readonly problems: readonly string[];
};

/** `tallymark operations check`: which operations in use a schema would break; false when any. */
export async function checkOperations(
  env: Env,
  output: Output,
  { schema: file, program }: CheckFlags,
): Promise<boolean> {
  const judge = await judgeOf(file);
  const { operations, broken } = await withApp(env, async (app) => {
    const programs =
      program === undefined
        ? await app.db.program.findMany({ orderBy: { id: 'asc' } })
        : [await requireProgram(app, program)];
    const broken: Broken[] = [];
    let operations = 0;
    for (const { id: programId, key } of programs) {
      const filter = { programId, retired: false };
      for (const operation of await allOperations(app.db, filter, app.clock.now())) {
        operations += 1;
        const problems = problemsOf(judge, operation);
        if (problems.length === 0) continue;
        const { client, id, name } = operation;
        const documentId = showDocumentId(id);
        broken.push({
          ...{ program: key, client: client.name, documentId, operationName: name, problems },
        });
      }
    }
    return { operations, broken };
  });
  const ok = broken.length === 0;
  output.result({ ok, schema: file, operations, broken }, [
    ...broken.flatMap(({ program: key, client, documentId, operationName, problems }) => [
      `${key}  ${client}  ${documentId}  ${operationName ?? ''}`.trimEnd(),
      ...problems.map((message) => `  ${message}`),
    ]),
    `${count(operations)} operations in use, ${count(broken.length)} would break`,
  ]);
  if (!ok) output.problem(`${file}: would break ${count(broken.length)} registered operations`);
  return ok;
}

async function judgeOf(file: string): Promise<Judge> {
  const sdl = await textOf(file);
  const { createSdlJudge } = await import('../graphql/judge.ts');
  try {
    return createSdlJudge(sdl);
  } catch (error) {
    throw new CliProblem(`${file}: is no schema: ${(error as Error).message}`);
  }
}

type Checked = Awaited<ReturnType<typeof allOperations>>[number];

function problemsOf(judge: Judge, { text, name, client }: Checked): readonly string[] {
  const judged = judge(text, name ?? undefined);
  if ('problems' in judged) return judged.problems;
  if (client.costMax === null || judged.cost <= client.costMax) return [];
  return [`may read ${judged.cost} objects; the ceiling of its client is ${client.costMax}`];
}
