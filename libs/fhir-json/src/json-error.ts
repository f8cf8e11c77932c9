/** Why a text was refused. A byte order mark is `syntax`; a lone surrogate may be written raw or as an escape. */
export type JsonErrorReason = 'syntax' | 'depth' | 'duplicate-name' | 'surrogate' | 'utf-8' | 'proto';

/**
 * A text that is not JSON, or JSON that no reader may be trusted with. The message names the fault and its place and
 * quotes nothing of the text, so that it can be shown and logged.
 */
export class JsonError extends Error {
  override readonly name = 'JsonError';

  /**
   * @param offset bytes before the fault
   * @param line of the fault, from 1
   * @param column of the fault in UTF-16 code units, from 1
   */
  constructor(
    readonly reason: JsonErrorReason,
    fault: string,
    readonly offset: number,
    readonly line: number,
    readonly column: number,
  ) {
    super(`${fault} (line ${line}, column ${column})`);
  }
}

/** The error for a fault at UTF-16 index `at` of `text`. */
export function errorAt(reason: JsonErrorReason, fault: string, text: string, at: number): JsonError {
  const before = text.slice(0, at);
  const lines = before.split('\n');
  return new JsonError(reason, fault, Buffer.byteLength(before), lines.length, (lines.at(-1) ?? '').length + 1);
}
