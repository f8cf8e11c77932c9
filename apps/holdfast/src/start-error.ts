/** Why something could not be started, as one plain sentence for the person at the terminal; carries no stack to show. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
