import { Refusal } from '../platform/refusal.ts';
import type { ManifestProblem } from './manifest.ts';

/** Something is wrong with a manifest; everything is listed, and nothing was stored. */
export class ManifestNotValid extends Refusal {
  readonly code = 'MANIFEST_NOT_VALID';
  readonly problems: readonly ManifestProblem[];

  constructor(problems: readonly ManifestProblem[]) {
    const [first] = problems;
    const where = first?.id == null ? '' : `${first.id}: `;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(`Nothing was registered: ${where}${first?.message}${more}.`);
    this.problems = problems;
  }
}

/** The program has no such client. */
export class ClientNotFound extends Refusal {
  readonly code = 'CLIENT_NOT_FOUND';

  constructor(name: string) {
    super(`There is no client ${name}; the first push for it makes it.`);
  }
}

/** Ids that the client has not registered; nothing was retired. */
export class OperationNotFound extends Refusal {
  readonly code = 'OPERATION_NOT_FOUND';
  /** As they were given. */
  readonly documentIds: readonly string[];

  constructor(documentIds: readonly string[]) {
    super(`The client has registered nothing under ${documentIds.join(', ')}.`);
    this.documentIds = documentIds;
  }
}
