import { readFile } from 'node:fs/promises';
import type { App } from '../app.ts';
import type { ClientMode } from '../generated/prisma/enums.ts';
import { showDocumentId } from '../operations/document-id.ts';
import type { Judge } from '../operations/judge.ts';
import { allOperations } from '../operations/list-operations.ts';
import type { ManifestProblem } from '../operations/manifest.ts';
import { ManifestNotValid } from '../operations/operations.refusals.ts';
import { judgeManifest, pushOperations } from '../operations/push-operations.ts';
import { retireOperations } from '../operations/retire-operations.ts';
import { setClientMode } from '../operations/set-client-mode.ts';
import { count, type Output } from './output.ts';
import { fileProblem } from './problem.ts';
import { ACTOR, type Env, requireProgram, withApp } from './with-app.ts';

export type ClientFlags = { readonly program: string; readonly client: string };

/** A file as text. */
export const textOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    throw fileProblem(file, error);
  });

/** By the schema of this release. Only these commands load it. */
async function ownJudge(): Promise<Judge> {
  const { createJudge } = await import('../graphql/judge.ts');
  const { schema } = await import('../graphql/schema.ts');
  return createJudge(schema);
}

/** The program's own command line, as audit rows name it. */
async function viewerOf(app: App, program: string) {
  const { id: programId } = await requireProgram(app, program);
  return { kind: 'system', programId, name: ACTOR } as const;
}

/** `tallymark operations push`: registers what a manifest has; false when it is not valid. */
export async function push(
  env: Env,
  output: Output,
  file: string,
  { program, client }: ClientFlags,
): Promise<boolean> {
  const manifest = await textOf(file);
  const judge = await ownJudge();
  return withApp(env, async (app) => {
    try {
      const viewer = await viewerOf(app, program);
      const pushed = await pushOperations(app, viewer, judge, { client, manifest });
      const { created, unchanged, client: of } = pushed;
      const [added, restored] = [
        pushed.added.map(showDocumentId),
        pushed.restored.map(showDocumentId),
      ];
      output.result({ program, client, created, mode: of.mode, added, restored, unchanged }, [
        ...(created ? [`client ${client} is new, in mode ${of.mode}`] : []),
        `${count(added.length)} added, ${count(restored.length)} restored, ${count(unchanged)} known`,
        ...added.map((id) => `+ ${id}`),
        ...restored.map((id) => `^ ${id}`),
      ]);
      return true;
    } catch (error) {
      if (!(error instanceof ManifestNotValid)) throw error;
      const { problems } = error;
      output.result({ program, client, problems }, problems.map(problemText));
      output.problem(`${file}: nothing was registered: ${counted(problems.length, 'problem')}`);
      return false;
    }
  });
}

const problemText = ({ id, message }: ManifestProblem) =>
  id === null ? message : `${id}: ${message}`;

const counted = (number: number, what: string) =>
  `${count(number)} ${what}${number === 1 ? '' : 's'}`;

/** `tallymark operations list`: what clients have registered, and until when it works. */
export async function list(
  env: Env,
  output: Output,
  { program, client }: { readonly program: string; readonly client?: string },
): Promise<void> {
  const operations = await withApp(env, async (app) => {
    const { id: programId } = await requireProgram(app, program);
    return allOperations(app.db, { programId, client }, app.clock.now());
  });
  const rows = operations.map((one) => ({
    documentId: showDocumentId(one.id),
    ...{ client: one.client.name, mode: one.client.mode, operationName: one.name },
    ...{ kind: one.kind, cost: one.cost, registeredAt: one.registeredAt.toISOString() },
    ...{ registeredBy: one.registeredBy, retiresAt: one.retiresAt?.toISOString() ?? null },
  }));
  const line = (row: (typeof rows)[number]) =>
    [
      ...[row.client, row.documentId, row.kind.padEnd('SUBSCRIPTION'.length)],
      ...[
        String(row.cost).padStart(5),
        row.retiresAt === null ? 'in use' : `until ${row.retiresAt}`,
      ],
      row.operationName ?? '',
    ].join('  ');
  output.result({ program, operations: rows }, rows.map(line));
}

/** `tallymark operations diff`: what a push of the file would do; false when it would be refused. */
export async function diff(
  env: Env,
  output: Output,
  file: string,
  { program, client }: ClientFlags,
): Promise<boolean> {
  const { good, problems: wrong } = judgeManifest(await ownJudge(), await textOf(file));
  const known = await withApp(env, async (app) => {
    const { id: programId } = await requireProgram(app, program);
    return allOperations(app.db, { programId, client }, app.clock.now());
  });
  const byId = new Map(known.map((operation) => [operation.id, operation]));
  const given = new Set(good.map(({ id }) => id));
  const idsOf = (operations: readonly { readonly id: string }[]) =>
    operations.map(({ id }) => showDocumentId(id));
  const added = idsOf(good.filter(({ id }) => !byId.has(id)));
  const restored = idsOf(good.filter(({ id }) => byId.get(id)?.retiresAt != null));
  const absent = idsOf(known.filter(({ id, retiresAt }) => retiresAt === null && !given.has(id)));
  const changed = good.filter(({ id, text }) => (byId.get(id)?.text ?? text) !== text);
  const problems = [
    ...wrong,
    ...changed.map(({ id }) => ({ id, message: 'is registered with another text' })),
  ];
  output.result({ program, client, added, restored, absent, problems }, [
    ...added.map((id) => `+ ${id}`),
    ...restored.map((id) => `^ ${id}`),
    ...absent.map((id) => `- ${id}  (stays until it is retired)`),
    ...problems.map((problem) => `! ${problemText(problem)}`),
  ]);
  if (problems.length === 0) return true;
  output.problem(`${file}: a push would be refused: ${counted(problems.length, 'problem')}`);
  return false;
}

/** `tallymark operations retire`: they work until then, and no more. */
export async function retire(
  env: Env,
  output: Output,
  documentIds: readonly string[],
  { program, client, at }: ClientFlags & { readonly at?: Date },
): Promise<void> {
  const done = await withApp(env, async (app) =>
    retireOperations(app, await viewerOf(app, program), {
      ...{ client, documentIds: [...documentIds], at },
    }),
  );
  const retiresAt = done.retiresAt.toISOString();
  const retired = done.retired.map(showDocumentId);
  const kept = documentIds.length - retired.length;
  output.result({ program, client, retired, retiresAt }, [
    `${count(retired.length)} retired from ${retiresAt} on`,
    ...retired.map((id) => `- ${id}`),
    ...(kept > 0 ? [`${count(kept)} had retired before`] : []),
  ]);
}

export type ModeFlags = {
  readonly program: string;
  /** Null: none of its own; absent: as it is. */
  readonly costMax?: number | null;
};

/** `tallymark operations mode`: what the callers of a client may run. */
export async function setMode(
  env: Env,
  output: Output,
  client: string,
  mode: ClientMode,
  { program, costMax }: ModeFlags,
): Promise<void> {
  const set = await withApp(env, async (app) =>
    setClientMode(app, await viewerOf(app, program), {
      ...{ client, mode, ...(costMax !== undefined && { costMax }) },
    }),
  );
  const ceiling = set.costMax === null ? 'no ceiling of its own' : `at most ${set.costMax} objects`;
  output.result({ program, client, mode: set.mode, costMax: set.costMax }, [
    `client ${client}: ${set.mode}, ${ceiling}`,
  ]);
}
