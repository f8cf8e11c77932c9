/** Why the orderer did not take a message. `status` is the name of the common.Status it would answer with. */
export class Rejection extends Error {
  constructor(
    readonly status: 'BAD_REQUEST' | 'FORBIDDEN' | 'NOT_FOUND' | 'SERVICE_UNAVAILABLE',
    message: string,
  ) {
    super(message);
  }
}
