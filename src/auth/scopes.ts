/** What a key may be narrowed to: each root field of the API belongs to one scope. */
import { ApiKeyScope } from '../generated/prisma/enums.ts';
import type { ApiKeyRole } from './viewer.ts';

export const allScopes: readonly ApiKeyScope[] = Object.values(ApiKeyScope);

const ofService: readonly ApiKeyScope[] = ['READ', 'RECORD', 'REDEEM'];

/** What keys of a role may have; a partner's registered operations run with rights of SERVICE. */
export const scopesOfRole: Readonly<Record<ApiKeyRole, readonly ApiKeyScope[]>> = {
  OPERATOR: allScopes,
  SERVICE: ofService,
  PARTNER: ofService,
  SCREEN: ['READ'],
};

/** What a key has; one that is not narrowed (no scopes are stored) all of its role's. */
export const scopesOf = (key: {
  readonly role: ApiKeyRole;
  readonly scopes: readonly ApiKeyScope[];
}): readonly ApiKeyScope[] => (key.scopes.length === 0 ? scopesOfRole[key.role] : key.scopes);
