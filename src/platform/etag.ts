/**
 * Whether a header `If-None-Match` names what would be sent (RFC 9110 §13.1.2). Compared weakly: a
 * proxy that compresses makes our tags weak ones.
 */
export function isKnownTag(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
