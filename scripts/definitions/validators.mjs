import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { KEYWORDS } from './keywords.mjs';
import { lean } from './lean.mjs';
import { schemas } from './schemas.mjs';

const HEADER = `// Made by scripts/build-definitions.mjs from the FHIR R4 definitions; do not edit.
import * as rules from '../src/rules/index.js';
`;

const DECLARATION = `import type { TypeCheck } from '../src/course.js';
/** The check of each resource type of FHIR R4. */
export declare const types: Readonly<Record<string, TypeCheck>>;
`;

/** Writes types.js, the code that checks each resource type, and its declaration. */
export function writeValidators({ structures, 'value-sets': valueSets }, folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'types.js'), typesModule(schemas(structures, valueSets)));
  writeFileSync(join(folder, 'types.d.ts'), DECLARATION);
}

function typesModule({ schemas: all, resources }) {
  const ajv = new Ajv.default({
    allErrors: true,
    code: { source: true, esm: true, lines: true },
    inlineRefs: false,
    messages: false,
    meta: false,
    passContext: true,
    strictTypes: false,
    validateSchema: false,
  });
  ajv.addVocabulary(KEYWORDS);
  ajv.addSchema(all);
  const code = standaloneCode.default(ajv, Object.fromEntries(resources.map((name) => [name, name])));
  return `${HEADER}${lean(withoutSchemas(code))}\nexport const types = { ${resources.join(', ')} };\n`;
}

/** The schemas themselves, which ajv writes out though its functions do not use them: half of the text. */
function withoutSchemas(code) {
  const lines = code.split('\n').filter((line) => !/^const schema\d+ = \{/.test(line));
  const text = lines.join('\n');
  if (/\bschema\d+\b/.test(text)) throw new Error('The generated code refers to a schema that was left out');
  return text;
}
