/**
 * Why a text was refused: `syntax` is XML itself, `doctype` and `entity` what XML has and FHIR does not take, `structure`
 * what the definitions of FHIR have no place for, `unwritable` JSON that has no form in XML.
 */
export type XmlErrorReason = 'syntax' | 'utf-8' | 'doctype' | 'depth' | 'structure' | 'unwritable';

/** Where a fault stands in an XML text: line and column from 1, columns in UTF-16 code units. */
export interface XmlPosition {
  readonly line: number;
  readonly column: number;
}

/** A text that is no FHIR XML. The message names the fault and its place and quotes no content, so that it can be shown. */
export class XmlError extends Error {
  override readonly name = 'XmlError';

  constructor(
    readonly reason: XmlErrorReason,
    fault: string,
    readonly position?: XmlPosition,
  ) {
    super(position ? `${fault} (line ${position.line}, column ${position.column})` : fault);
  }
}
