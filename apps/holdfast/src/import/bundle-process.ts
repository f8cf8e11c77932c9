// FHIR R4 bundle.html: what a Bundle is for, told without reading what is in it.

/** More than stands before the entries of any Bundle that was written by a program. */
const HEAD = 4096;

const BUNDLE = /^\s*\{\s*"resourceType"\s*:\s*"Bundle"\s*,/;
const TYPE = /"type"\s*:\s*"(batch|transaction)"/;
const ENTRY = /"entry"\s*:\s*\[/;

/** `batch` or `transaction`; undefined for all else, and for a Bundle that does not say so before its entries. */
export function bundleProcess(bytes: Uint8Array): 'batch' | 'transaction' | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD)).toString('utf8');
  if (!BUNDLE.test(head)) return undefined;
  const before = head.slice(0, ENTRY.exec(head)?.index ?? head.length);
  return TYPE.exec(before)?.[1] as 'batch' | 'transaction' | undefined;
}
