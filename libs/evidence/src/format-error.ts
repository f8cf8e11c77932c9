/** A record, opening, receipt, pin or checkpoint is not what its format allows. The message names the part, never its content. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
