// FHIR R4, section 3.1.1.4.0.1 "Escaping Search Parameters".
import { badRequest } from '#libs/fhir-model';

/**
 * Splits at a separator (`,` `|` `$`) that no backslash stands before. Escapes stay in the parts: {@link unescaped} is for
 * the innermost.
 */
export function splitEscaped(text: string, separator: ',' | '|' | '$', limit = Number.POSITIVE_INFINITY): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length && parts.length + 1 < limit; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** @throws FhirError 400 for a backslash before anything else than `\ , | $`. */
export function unescaped(text: string, name: string): string {
  if (!text.includes('\\')) return text;
  if (!/^(?:[^\\]|\\[\\,|$])*$/s.test(text))
    throw badRequest(`Parameter ${name}: a backslash escapes only , | $ and itself`);
  return text.replace(/\\(.)/gs, '$1');
}
