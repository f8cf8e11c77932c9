/** Why the contract refused. The message starts with it, so that a client can act on it without reading English. */
export type RefusalCode =
  | 'GAP'
  | 'WRONG_ROOT'
  | 'ALREADY_APPENDED'
  | 'FOREIGN_SITE'
  | 'BAD_ARGUMENT'
  | 'UNKNOWN_FUNCTION'
  | 'BAD_STATE';

/** Thrown inside a transaction function; the peer passes `message` on as `chaincode response 500, <message>`. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    detail: string,
  ) {
    super(`${code} ${detail}`);
  }
}
