// RFC 6901: JSON Pointer.
import { malformed } from '../patch-error.js';

/** The reference tokens of a pointer, unescaped. @throws PatchError `malformed`. */
export function tokensOf(pointer: string): string[] {
  if (pointer === '') return [];
  if (pointer[0] !== '/' || /~(?![01])/.test(pointer)) throw malformed('a path is no JSON Pointer');
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The index that a token names, undefined if it names none: no sign, no leading zero. */
export function indexOf(token: string): number | undefined {
  return /^(?:0|[1-9][0-9]{0,14})$/.test(token) ? Number(token) : undefined;
}
