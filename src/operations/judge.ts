import type { PersistedOperationKind } from '../generated/prisma/enums.ts';

/** The operation of a document. */
export type JudgedOperation = {
  /** Null: the operation has no name. */
  readonly name: string | null;
  readonly kind: PersistedOperationKind;
  /** Objects that its answer may hold at the most. */
  readonly cost: number;
};

/** What is found of a document: its operation, or all that is wrong with it. */
export type Judged = JudgedOperation | { readonly problems: readonly string[] };

/** Judges a text by a schema and the rules of documents; `name` tells one of several operations. */
export type Judge = (text: string, name: string | undefined) => Judged;
