import { type ElementDefinition, structure } from '#libs/fhir-definitions';
import type { JsonObject, JsonValue } from '#libs/fhir-json';

/** A value in a resource with what FHIR says of it. */
export interface TypedNode {
  /** The object or array that holds it, and under which name or index. */
  holder: Record<string | number, JsonValue>;
  key: string | number;
  /** The object that has the element, and its `_name`: what FHIR keeps beside a primitive. */
  owner: JsonObject;
  sibling: string;
  value: JsonValue;
  element: ElementDefinition;
  /** `HumanName`, `string`, `Patient` */
  type: string;
  /** FHIRPath of the value, and of the object that it is an element of. */
  at: string;
  parentAt: string;
  /** True for an array that holds a repeating element, false for the single value or one of the array. */
  isList: boolean;
}

/** Every element of a resource that is not null, extension-only or within an extension, in document order. */
export function typedNodes(resource: JsonObject): TypedNode[] {
  const type = resource.resourceType as string;
  return members(resource, type, type);
}

function members(object: JsonObject, path: string, at: string): TypedNode[] {
  return Object.entries(object).flatMap(([name, value]) => {
    if ((name === 'resourceType' && !path.includes('.')) || name.startsWith('_') || value === null) return [];
    const found = find(path, name);
    if (!found) throw new Error(`${path} has no ${name}`);
    const { element, type } = found;
    const here = `${at}.${found.step}`;
    const common = { element, type, parentAt: at, owner: object, sibling: `_${name}` };
    const node = { ...common, holder: object, key: name, value, at: here, isList: Array.isArray(value) };
    if (!Array.isArray(value)) return [node, ...inside(value, element, type, here)];
    const items = value.flatMap((item, key) => {
      if (item === null) return [];
      const itemAt = `${here}[${key}]`;
      const own = { ...common, holder: value as never, key, value: item, at: itemAt, isList: false };
      return [own, ...inside(item, element, type, itemAt)];
    });
    return [node, ...items];
  });
}

function inside(value: JsonValue, element: ElementDefinition, type: string, at: string): TypedNode[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || type === 'Extension') return [];
  if (type === 'Resource') return members(value, value.resourceType as string, at);
  const hasOwnChildren = type === 'BackboneElement' || type === 'Element';
  return members(value, element.contentReference ?? (hasOwnChildren ? element.path : type), at);
}

function find(path: string, name: string): { element: ElementDefinition; type: string; step: string } | undefined {
  for (const element of structure(path.split('.')[0]!)!.snapshot.element) {
    if (element.path === `${path}.${name}`) return { element, type: element.type?.[0]?.code ?? '', step: name };
    if (!element.path.startsWith(`${path}.`) || !element.path.endsWith('[x]')) continue;
    const stem = element.path.slice(path.length + 1, -'[x]'.length);
    const type = element.type?.find(({ code }) => stem + code[0]!.toUpperCase() + code.slice(1) === name);
    if (type) return { element, type: type.code, step: `${stem}.ofType(${type.code})` };
  }
  return undefined;
}
