import { named, type Pool } from '../platform/db.ts';

/** An identity provider that a program trusts. */
export type Provider = {
  readonly programId: number;
  /** Claim `iss` of its tokens. */
  readonly issuer: string;
  /** What its tokens are for: claim `aud`, or one of several. */
  readonly audience: string;
  readonly jwksUrl: string;
  readonly algorithms: readonly string[];
  /** Names the member by the external id. */
  readonly memberClaim: string;
  /** Names the client; null: no claim does. */
  readonly clientClaim: string | null;
  /** Grows with every change, and when keys are to be fetched anew. */
  readonly revision: number;
};

const columns = `program_id as "programId", issuer, audience, jwks_url as "jwksUrl", algorithms,
  member_claim as "memberClaim", client_claim as "clientClaim", revision`;

/** Those that a token may be of, two at most: of several, none is meant. */
export const findProviders = (pool: Pool, issuer: string, audiences: readonly string[]) =>
  named<Provider>(
    pool,
    'auth.findProviders',
    `select ${columns} from identity_provider where issuer = $1 and audience = any($2) limit 2`,
    [issuer, audiences],
  );

export const loadProvider = (pool: Pool, programId: number) =>
  named<Provider>(
    pool,
    'auth.loadProvider',
    `select ${columns} from identity_provider where program_id = $1`,
    [programId],
  );
