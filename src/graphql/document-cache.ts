import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { limits } from '../limits.ts';

/** Parsed documents by their text. What was found of one by validation lives as long as it does. */
export type DocumentCache = LRUCache<string, DocumentNode>;

/**
 * Bounded by what documents weigh, not by their number alone: anybody can send as many different
 * ones as they like. One serves all doors.
 */
export const createDocumentCache = (): DocumentCache =>
  new LRUCache({
    max: limits.documentCacheDocumentsMax,
    maxSize: limits.documentCacheCharactersMax,
    sizeCalculation: (_document, text) => text.length,
  });
