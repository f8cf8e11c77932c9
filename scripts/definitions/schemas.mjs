// FHIR R4, section 2.6.2 "JSON Representation of Resources": one JSON schema per type and per element with children.
// Keywords beside `properties`, `items` and `$ref` are those of keywords.mjs.

/** Elements whose type FHIR leaves to the resource inside. */
const ANY_RESOURCE = ['Resource', 'DomainResource'];

/** `_name` of one place in a repeating primitive: an Element, or null where the value needs none. */
const PADDED = 'PaddedElement';

/** JSON schemas by their `$id`, and the names of those that are resources. */
export function schemas(structures, valueSets) {
  const context = { structures, valueSets };
  const all = new Map();
  const resources = [];
  for (const [name, structure] of Object.entries(structures)) {
    if (structure.kind === 'primitive-type' || (structure.abstract && structure.kind === 'resource')) continue;
    for (const [path, children] of parents(structure)) {
      const id = path.replace(structure.type, name);
      all.set(id, objectSchema(id, children, context, structure));
    }
    if (structure.kind === 'resource') resources.push(name);
  }
  all.get('Extension').extension = true;
  for (const name of coded(structures)) all.get(name).coding = true;
  all.set(PADDED, { ...all.get('Element'), $id: PADDED, padded: true });
  return { schemas: [...all.values()], resources };
}

/** The types that name a code and its system: Coding, Quantity, and Age, Count and the like. */
function coded(structures) {
  const quantity = 'http://hl7.org/fhir/StructureDefinition/Quantity';
  const isCoded = ([name, { type, baseDefinition }]) =>
    name === 'Coding' || type === 'Quantity' || baseDefinition === quantity;
  return Object.entries(structures)
    .filter(isCoded)
    .map(([name]) => name);
}

/** Path of each element that has children, with them. */
function parents({ snapshot }) {
  const byParent = new Map();
  for (const element of snapshot.element) {
    const parent = element.path.slice(0, element.path.lastIndexOf('.'));
    if (element.path.includes('.')) byParent.set(parent, [...(byParent.get(parent) ?? []), element]);
  }
  return byParent;
}

function objectSchema(id, children, context, structure) {
  const elements = { path: id, single: [], padded: [], choices: [], required: [] };
  const properties = {};
  if (id === structure.type && structure.kind === 'resource') elements.single.push('resourceType');
  for (const element of children) {
    if (element.max !== '0') addElement(element, elements, properties, context);
  }
  return { $id: id, elements, properties };
}

function addElement(element, elements, properties, context) {
  const name = element.path.slice(element.path.lastIndexOf('.') + 1);
  if (name.endsWith('[x]')) {
    addChoice(name.slice(0, -3), element, elements, properties, context);
    return;
  }
  const isPadded = addMember(name, element, element.type?.[0], properties, context);
  if (isPadded) elements.padded.push(name);
  else elements.single.push(...membersOf(name, properties));
  if (element.min > 0) elements.required.push(name);
}

function addChoice(stem, element, elements, properties, context) {
  const members = element.type.flatMap((type) => {
    const name = stem + type.code[0].toUpperCase() + type.code.slice(1);
    addMember(name, element, type, properties, context);
    return membersOf(name, properties);
  });
  elements.choices.push({ name: `${stem}[x]`, required: element.min > 0, members });
}

function membersOf(name, properties) {
  return `_${name}` in properties ? [name, `_${name}`] : [name];
}

/** True for a repeating primitive. */
function addMember(name, element, type, properties, context) {
  const isList = element.max === '*';
  const isPrimitive = context.structures[type?.code]?.kind === 'primitive-type';
  const hasSibling = isPrimitive && element.representation === undefined && type.code !== 'xhtml';
  const schema = valueSchema(element, type, context);
  if (!isList) {
    properties[name] = schema;
    if (hasSibling) properties[`_${name}`] = { $ref: 'Element' };
    return false;
  }
  properties[name] = { list: true, items: isPrimitive ? { ...schema, padded: true } : schema };
  if (isPrimitive) properties[`_${name}`] = { list: true, items: { $ref: PADDED } };
  return isPrimitive;
}

/** What is bound and cannot be inlined as a list of codes that are required. */
function valueSchema(element, type, context) {
  const schema = inlineSchema(element, type, context);
  const { binding } = element;
  const isInline = schema.code !== undefined || schema.concept !== undefined;
  if (!binding?.valueSet || binding.strength === 'example' || isInline || !isCoded(type)) return schema;
  return { ...schema, binding: { type: type.code, strength: binding.strength, valueSet: binding.valueSet } };
}

/** The types that a binding says something of. */
function isCoded(type) {
  return ['code', 'Coding', 'CodeableConcept', 'Quantity', 'string', 'uri'].includes(type?.code);
}

function inlineSchema(element, type, { structures, valueSets }) {
  if (element.contentReference) return { $ref: element.contentReference };
  if (isResource(structures[type.code])) return { resource: element.path.endsWith('.contained') ? 'contained' : 'any' };
  const codes = element.binding?.strength === 'required' ? valueSets[element.binding.valueSet] : undefined;
  const required = codes && { url: element.binding.valueSet, codes };
  if (structures[type.code].kind === 'primitive-type') {
    return required && type.code === 'code' ? { code: required } : { primitive: type.code };
  }
  const schema = { $ref: typeName(element, type, structures) };
  return required && type.code === 'CodeableConcept' ? { ...schema, concept: required } : schema;
}

function isResource(structure) {
  return structure.kind === 'resource' || ANY_RESOURCE.includes(structure.type);
}

/** Elements with children of their own are named by their path, all others by their type or the profile on it. */
function typeName({ path }, { code, profile }, structures) {
  if (code === 'BackboneElement' || code === 'Element') return path;
  const narrower = profile?.[0]?.split('/').at(-1);
  return narrower !== undefined && narrower in structures ? narrower : code;
}
