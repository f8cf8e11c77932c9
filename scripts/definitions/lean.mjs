// What ajv writes is made for schemas that find faults themselves. Ours report to a Course, so the functions need no lists of
// errors, no account of where they are but a pointer, and need not ask for members that are not there.

const HEAD =
  /function (validate\d+)\(data, \{instancePath="", parentData, parentDataProperty, rootData=data\}=\{\}\)\{\n(?:\/\*# sourceURL=.*\*\/;\n)?let vErrors = null;\nlet errors = 0;\n/g;
const TAIL = /validate\d+\.errors = vErrors;\nreturn errors === 0;\n/g;
const CALL =
  /if\(!\(([\w.]+)\.call\(this, ([^,]+), \{instancePath:(.+?),parentData:\w+,parentDataProperty:[^,]+,rootData\}\)\)\)\{\nvErrors = .*;\nerrors = vErrors\.length;\n\}\n/g;
const WRAPPER = /^const (wrapper\d+) = \{validate: (validate\d+)\};\n/gm;
const MEMBER = /if\(data(?:\.([A-Za-z_]\w*)|\["(\w+)"\]) !== undefined\)\{/g;

/** The same checks, as functions of a course, a value and where it is. */
export function lean(code) {
  const wrapped = new Map([...code.matchAll(WRAPPER)].map(([, wrapper, target]) => [`${wrapper}.validate`, target]));
  const text = code
    .replaceAll(WRAPPER, '')
    .replaceAll(CALL, (_, name, data, at) => `${wrapped.get(name) ?? name}(course, ${data}, ${at});\n`)
    .replaceAll(HEAD, 'function $1(course, data, at){\nlet seen = 0;\n')
    .replaceAll(TAIL, '')
    .replaceAll('rules.elements(this,', 'seen = rules.elements(this,')
    .replaceAll(MEMBER, (test, name, quoted) => `if((seen & ${bitOf(name ?? quoted)}) !== 0 && ${test.slice(3)}`)
    .replaceAll(/\binstancePath\b/g, 'at')
    .replaceAll(/\bthis\b/g, 'course');
  const rest = /\b(?:vErrors|wrapper\d+|rootData|instancePath)\b/.exec(text);
  if (rest) throw new Error(`The generated code has a form that is not known: ${rest[0]}`);
  return text;
}

/** As `memberBit` of libs/validation/src/rules/elements.ts. */
export function bitOf(name) {
  if (name.startsWith('_')) return 1 << 30;
  const { length } = name;
  return 1 << ((length * 7 + name.charCodeAt(0) * 3 + name.charCodeAt(length - 1)) % 30);
}
