import { decodeGlobalID, encodeGlobalID } from '@pothos/plugin-relay';
import { InputError } from '../platform/refusal.ts';

/** The opaque id of a row, as the API shows it. */
export const toGlobalId = (type: string, id: number | bigint): string =>
  encodeGlobalID(type, String(id));

/** The row id behind an opaque one. `field` is the input that is wrong when it is not one. */
export function fromGlobalId(field: string, type: string, globalId: string): number {
  const decoded = decode(globalId);
  if (decoded?.typename !== type) throw new InputError(field, `is not the id of a ${type}`);
  return rowId(decoded.id, field, type);
}

/** A row id from its text form. */
export function rowId(text: string, field = 'id', type = 'node'): number {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(id)) throw new InputError(field, `is not the id of a ${type}`);
  return id;
}

function decode(globalId: string) {
  try {
    return decodeGlobalID(globalId);
  } catch {
    return undefined;
  }
}
