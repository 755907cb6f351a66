/** Ids of persisted operations: the SHA-256 of the text, or whatever a client calls them. */
import { sha256 } from '../platform/ids.ts';

const HASH = /^[0-9a-f]{64}$/;
const CUSTOM = /^[!-~]{1,128}$/;
const PREFIX = /^sha256:/i;

/** SHA-256 of a text's UTF-8 bytes, as 64 lower-case hex digits. */
export const hashOf = (text: string): string => sha256(text).toString('hex');

/** Whether an id that was read is a hash; others are custom ids. */
export const isHash = (id: string): boolean => HASH.test(id);

/**
 * An id as it is stored: 64 hex digits in lower case, without the prefix `sha256:`, or a custom
 * id (1 to 128 visible ASCII characters) as it is. Undefined when it is neither.
 */
export function readDocumentId(text: string): string | undefined {
  const isPrefixed = PREFIX.test(text);
  const id = isPrefixed ? text.slice('sha256:'.length) : text;
  const lower = id.length === 64 ? id.toLowerCase() : id;
  if (HASH.test(lower)) return lower;
  return !isPrefixed && CUSTOM.test(text) ? text : undefined;
}

/** An id as clients send it: `sha256:<hex>`, or the custom id. */
export const showDocumentId = (id: string): string => (HASH.test(id) ? `sha256:${id}` : id);
