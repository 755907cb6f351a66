/** Why a request is not served, as far as persisted operations decide it (S99). */
export type NotServedCode =
  | 'BAD_REQUEST'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'PERSISTED_QUERY_REQUIRED'
  | 'PERSISTED_QUERY_RETIRED'
  | 'QUERY_TOO_COMPLEX'
  | 'UNAUTHENTICATED';

/** The document that a request asks for is not run for this caller. */
export class OperationNotServed extends Error {
  readonly code: NotServedCode;
  /** HTTP status. */
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: NotServedCode,
    status: number,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'OperationNotServed';
    this.code = code;
    this.status = status;
    this.details = details;
  }
}
