/** The id of a document: the SHA-256 of its text, as the manifest has it. */
import { createHash } from 'node:crypto';
import { type DocumentNode, print } from 'graphql';

const ids = new WeakMap<DocumentNode, string>();

export function documentIdOf(document: DocumentNode): string {
  const known = ids.get(document);
  if (known !== undefined) return known;
  const id = `sha256:${createHash('sha256').update(print(document)).digest('hex')}`;
  ids.set(document, id);
  return id;
}
