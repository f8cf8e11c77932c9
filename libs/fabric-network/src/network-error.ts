/** What a peer or orderer answered instead of doing what it was asked. `message` begins with the step, then says what the node said. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';

  constructor(
    readonly step: string,
    /** The node's own words, for those who know its repeat messages. */
    readonly said: string,
    /** Nothing was wrong with the request: the node was not there, or not ready. */
    readonly retryable = false,
  ) {
    super(`${step}: ${said}`);
  }
}
