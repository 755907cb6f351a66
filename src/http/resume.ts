import { type DocumentNode, Kind, visit } from 'graphql';
import { z } from 'zod';
import { fromGlobalId } from '../graphql/ids.ts';
import type { ResumePlace } from '../live/board-changes.ts';

/** What is a subscriber's own in the variables of a shared subscription: where they go on. */
export type Resume = {
  /** What they saw last, if anything. */
  readonly place: ResumePlace | undefined;
  /** The variables without it: those that all share. */
  readonly variables: Readonly<Record<string, unknown>>;
};

const resumable: readonly string[] = ['leaderboardChanged', 'challengeChanged'];
const resumeArguments: readonly string[] = ['after', 'season'];
const known = new WeakMap<DocumentNode, ReadonlyMap<string, string> | undefined>();

const version = z.number().int().min(0);

/**
 * Takes `after` and `season` of what may go on out of the variables, so that those who
 * reconnect at different versions still share. Undefined when they cannot be told apart: written
 * into the document, used twice, or no such values; then their own execution judges them.
 */
export function resumeOf(
  document: DocumentNode,
  given: Readonly<Record<string, unknown>>,
): Resume | undefined {
  if (!known.has(document)) known.set(document, resumeVariables(document));
  const names = known.get(document);
  if (names === undefined) return undefined;
  const variables = { ...given };
  const taken = (argument: string): unknown => {
    const name = names.get(argument);
    const value = name === undefined ? undefined : variables[name];
    if (name !== undefined) delete variables[name];
    return value ?? undefined;
  };
  const after = taken('after');
  const season = taken('season');
  try {
    const seasonId =
      season === undefined ? undefined : fromGlobalId('season', 'Season', z.string().parse(season));
    const place = after === undefined ? after : { version: version.parse(after), seasonId };
    return { place, variables };
  } catch {
    return undefined; // What is wrong, their own execution says.
  }
}
/** Variables by the argument that they are given to; undefined when it is not that simple. */
function resumeVariables(document: DocumentNode): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  const uses = new Map<string, number>();
  let simple = true;
  visit(document, {
    [Kind.FIELD](field) {
      if (!resumable.includes(field.name.value)) return;
      for (const { name, value } of field.arguments ?? []) {
        if (!resumeArguments.includes(name.value) || value.kind === Kind.NULL) continue;
        if (value.kind === Kind.VARIABLE && !found.has(name.value)) {
          found.set(name.value, value.name.value);
        } else simple = false;
      }
    },
    [Kind.VARIABLE_DEFINITION]: ({ defaultValue, variable }) => {
      // Counted with its uses: defined once and used once makes two.
      if (defaultValue !== undefined) uses.set(variable.name.value, 1);
    },
    [Kind.VARIABLE]({ name }) {
      uses.set(name.value, (uses.get(name.value) ?? 0) + 1);
    },
  });
  const ownUse = [...found.values()].every((name) => uses.get(name) === 2);
  return simple && ownUse ? found : undefined;
}
