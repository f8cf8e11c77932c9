import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type JsonDocument, type JsonValue, parse } from '#libs/fhir-json';

const folder = dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));

/** Names of the official examples of R4. */
export function exampleNames(): string[] {
  return readdirSync(folder).filter((name) => /^[A-Z]\w*-.*\.json$/.test(name));
}

export function exampleNamed(name: string): JsonDocument {
  return parse(readFileSync(join(folder, name)));
}

/** The value with every number as it was sent, and every narrative with the line ends of XML: what XML keeps. */
export function kept(document: JsonDocument): JsonValue {
  const keptIn = (value: JsonValue, holder: object, key: string | number): JsonValue => {
    if (typeof value === 'number') return `number ${document.lexeme(holder, key)}`;
    if (typeof value === 'string' && key === 'div') return value.replace(/\r\n?/g, '\n').trim();
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((each, index) => keptIn(each, value, index));
    return Object.fromEntries(Object.keys(value).map((name) => [name, keptIn(value[name] as JsonValue, value, name)]));
  };
  return keptIn(document.value, {}, '');
}
