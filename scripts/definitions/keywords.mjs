// The keywords of our JSON schemas that ajv does not know. Each becomes a call of a rule in libs/validation/src/rules,
// which reports to the Course that the generated functions have as `this`; ajv itself finds no fault.
import { _, Name, strConcat, stringify } from 'ajv/dist/compile/codegen/index.js';
import names from 'ajv/dist/compile/names.js';

const { instancePath } = names.default;

export const KEYWORDS = [
  keyword('elements', ({ cxt, at, schema, parentSchema }) => {
    const table = constant(cxt, `table ${parentSchema.$id}`, _`rules.elementTable(${stringify(schema)})`);
    const check = _`rules.elements(this, ${at}, ${cxt.data}, ${table});`;
    if (parentSchema.padded) cxt.gen.if(_`${cxt.data} !== null`, () => cxt.gen.code(check));
    else cxt.gen.code(check);
  }),
  keyword('list', ({ cxt, at }) => {
    unless(cxt, _`Array.isArray(${cxt.data}) && ${cxt.data}.length > 0`, _`rules.list(this, ${at}, ${cxt.data});`);
  }),
  keyword('primitive', ({ cxt, at, schema, parentSchema }) => {
    const check = constant(cxt, `check ${schema}`, _`rules.primitives.${new Name(schema)}.check`);
    const isValid = orPadding(cxt, parentSchema, _`${check}(${cxt.data})`);
    unless(cxt, isValid, _`rules.primitiveFault(this, ${at}, ${cxt.data}, ${schema});`);
  }),
  keyword('code', ({ cxt, at, schema, parentSchema }) => {
    const required = requiredCodes(cxt, schema);
    const isValid = orPadding(cxt, parentSchema, _`${required}.codes.has(${cxt.data})`);
    unless(cxt, isValid, _`rules.codeFault(this, ${at}, ${cxt.data}, ${required});`);
  }),
  keyword('concept', ({ cxt, at, schema }) => {
    cxt.gen.code(_`rules.concept(this, ${at}, ${cxt.data}, ${requiredCodes(cxt, schema)});`);
  }),
  keyword('binding', ({ cxt, at, schema }) => {
    const binding = constant(cxt, `binding ${stringify(schema)}`, _`${stringify(schema)}`);
    cxt.gen.code(_`this.coded?.check(${cxt.data}, ${schema.type}, ${binding}, ${at});`);
  }),
  keyword('coding', ({ cxt, at }) => {
    cxt.gen.code(_`this.coded?.coding(${cxt.data}, ${at});`);
  }),
  keyword('resource', ({ cxt, at, schema }) => {
    const rule = schema === 'contained' ? _`rules.contained` : _`rules.resource`;
    cxt.gen.code(_`${rule}(this, ${at}, ${cxt.data});`);
  }),
  keyword('extension', ({ cxt, at }) => {
    cxt.gen.code(_`rules.extension(this, ${at}, ${cxt.data});`);
  }),
  { keyword: 'padded', schemaType: 'boolean' },
];

function keyword(name, code) {
  return {
    keyword: name,
    code(cxt) {
      const { schema, parentSchema, it } = cxt;
      code({ cxt, at: strConcat(instancePath, it.errorPath), schema, parentSchema });
    },
  };
}

/** The one constant of this key in the generated module. */
function constant(cxt, key, code) {
  return cxt.gen.scopeValue('obj', { key, ref: key, code });
}

function requiredCodes(cxt, { url, codes }) {
  return constant(cxt, `required ${url}`, _`rules.requiredCodes(${url}, ${stringify(codes)})`);
}

function unless(cxt, condition, code) {
  cxt.gen.if(_`!(${condition})`, () => cxt.gen.code(code));
}

function orPadding(cxt, { padded }, condition) {
  return padded ? _`${cxt.data} === null || ${condition}` : condition;
}
