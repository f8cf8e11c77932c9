// FHIR R4, section 2.27 "Validating Resources": ways to break what is checked beside structure.
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import type { TypedNode } from './typed-nodes.js';

/** A way to break a resource beyond its structure. */
export interface Fault {
  fault: string;
  fits: (node: TypedNode) => boolean;
  /** Breaks the node, and gives the expression under which that must be found. */
  apply: (node: TypedNode) => string;
}

const single = ({ isList }: TypedNode) => !isList;
const object = (node: TypedNode) => node.value as JsonObject;

/** It may not point to anything, nor to a SubstanceSpecification. */
function isNarrow({ element }: TypedNode): boolean {
  const targets = element.type?.find(({ code }) => code === 'Reference')?.targetProfile;
  return targets !== undefined && !targets.some((url) => /\/(?:Resource|SubstanceSpecification)$/.test(url));
}

const CONTAINS_NOTHING = ['Bundle', 'Binary', 'Parameters'];

/** The first element of a resource that could contain others and does not. */
function isFirst({ owner, parentAt, key }: TypedNode): boolean {
  if (parentAt !== owner.resourceType || owner.contained || CONTAINS_NOTHING.includes(parentAt)) return false;
  return Object.keys(owner).find((name) => name !== 'resourceType') === key;
}

function entryUrl({ holder }: TypedNode, index: number): string | undefined {
  return (holder[index] as JsonObject | undefined)?.fullUrl as string | undefined;
}

function isRequiredCode({ type, element: { binding } }: TypedNode): boolean {
  return type === 'code' && binding?.strength === 'required';
}

function put(name: string, value: JsonValue): (node: TypedNode) => string {
  return (node) => {
    object(node)[name] = value;
    return node.at;
  };
}

export const FAULTS: Fault[] = [
  {
    fault: 'a period that ends before it starts',
    fits: (node) => single(node) && node.type === 'Period',
    apply: (node) => {
      Object.assign(object(node), { start: '2020-02-02', end: '2020-02-01' });
      return node.at;
    },
  },
  {
    fault: 'a unit that is none',
    fits: (node) => single(node) && node.type === 'Quantity',
    apply: (node) => {
      Object.assign(object(node), { system: 'http://unitsofmeasure.org', code: 'no unit' });
      return `${node.at}.code`;
    },
  },
  {
    fault: 'a code that its system has not',
    fits: (node) => single(node) && node.type === 'Coding',
    apply: (node) => {
      Object.assign(object(node), { system: 'http://hl7.org/fhir/observation-status', code: 'no-such-code' });
      return `${node.at}.code`;
    },
  },
  {
    fault: 'a reference to what it must not point to',
    fits: (node) => single(node) && node.type === 'Reference' && isNarrow(node),
    apply: put('reference', 'SubstanceSpecification/1'),
  },
  {
    fault: 'a reference that is none',
    fits: (node) => single(node) && node.type === 'Reference',
    apply: put('reference', 'nowhere at all'),
  },
  {
    fault: 'a reference to what is not contained',
    fits: (node) => single(node) && node.type === 'Reference',
    apply: put('reference', '#nothing'),
  },
  {
    fault: 'a script in the narrative',
    fits: ({ type }) => type === 'Narrative',
    apply: (node) => {
      object(node).div = '<div xmlns="http://www.w3.org/1999/xhtml"><script>x()</script></div>';
      return `${node.at}.div`;
    },
  },
  {
    fault: 'an element with an id alone',
    fits: (node) =>
      single(node) && ['HumanName', 'CodeableConcept', 'Identifier', 'Period', 'Address'].includes(node.type),
    apply: (node) => {
      for (const name of Object.keys(object(node))) delete object(node)[name];
      object(node).id = 'a';
      return node.at;
    },
  },
  {
    fault: 'a contact point without a system',
    fits: (node) => single(node) && node.type === 'ContactPoint',
    apply: (node) => {
      object(node).value = '1';
      delete object(node).system;
      return node.at;
    },
  },
  {
    fault: 'a narrative that is not well-formed',
    fits: ({ type }) => type === 'Narrative',
    apply: (node) => {
      object(node).div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>x</div>';
      return `${node.at}.div`;
    },
  },
  {
    fault: 'a narrative with nothing in it',
    fits: ({ type }) => type === 'Narrative',
    apply: (node) => {
      object(node).div = '<div xmlns="http://www.w3.org/1999/xhtml"> <p/></div>';
      return `${node.at}.div`;
    },
  },
  {
    fault: 'a unit without its system',
    fits: (node) => single(node) && node.type === 'Quantity',
    apply: (node) => {
      object(node).code = 'kg';
      delete object(node).system;
      return node.at;
    },
  },
  {
    fault: 'a range that ends before it begins',
    fits: (node) => single(node) && node.type === 'Range',
    apply: (node) => {
      const unit = { system: 'http://unitsofmeasure.org', code: 'kg', unit: 'kg' };
      Object.assign(object(node), { low: { value: 2, ...unit }, high: { value: 1, ...unit } });
      return node.at;
    },
  },
  {
    fault: 'data of another size than is said',
    fits: (node) => single(node) && node.type === 'Attachment',
    apply: (node) => {
      Object.assign(object(node), { data: 'QUJD', size: 4, contentType: 'text/plain' });
      return node.at;
    },
  },
  {
    fault: 'a system that is no absolute URL',
    fits: (node) => single(node) && node.type === 'Coding',
    apply: (node) => {
      object(node).system = 'loinc';
      return `${node.at}.system`;
    },
  },
  {
    fault: 'an extension with both a value and parts',
    fits: (node) => single(node) && ['HumanName', 'CodeableConcept', 'Identifier', 'Address'].includes(node.type),
    apply: (node) => {
      const part = { url: 'a', valueCode: 'a' };
      object(node).extension = [{ url: 'http://x.test/e', valueCode: 'a', extension: [part] }];
      return `${node.at}.extension[0]`;
    },
  },
  {
    fault: 'an extension with neither',
    fits: (node) => single(node) && ['HumanName', 'CodeableConcept', 'Identifier', 'Address'].includes(node.type),
    apply: (node) => {
      object(node).extension = [{ url: 'http://x.test/e' }];
      return `${node.at}.extension[0]`;
    },
  },
  {
    fault: 'a contained resource that nothing refers to',
    fits: isFirst,
    apply: (node) => {
      node.owner.contained = [{ resourceType: 'Basic', id: 'nothing-refers-to-this', code: { text: 'x' } }];
      return `${node.parentAt}.contained[0]`;
    },
  },
  {
    fault: 'a contained resource of no type',
    fits: isFirst,
    apply: (node) => {
      node.owner.contained = [{ resourceType: 'Nothing', id: 'a' }];
      return `${node.parentAt}.contained[0]`;
    },
  },
  {
    fault: 'a fullUrl that another entry has',
    fits: (node) => node.element.path === 'Bundle.entry' && node.key === 1 && entryUrl(node, 0) !== undefined,
    apply: (node) => {
      object(node).fullUrl = entryUrl(node, 0)!;
      delete (object(node).resource as JsonObject | undefined)?.id;
      for (const each of [node.holder[0], node.holder[1]] as JsonObject[])
        delete (each.resource as JsonObject | undefined)?.meta;
      return node.parentAt;
    },
  },
  {
    fault: 'a fullUrl that is relative',
    fits: (node) => node.element.path === 'Bundle.entry' && single(node),
    apply: (node) => {
      object(node).fullUrl = 'Patient/1';
      return node.at;
    },
  },
  {
    fault: 'a reason where a required code should be',
    fits: (node) => single(node) && isRequiredCode(node) && typeof node.key === 'string',
    apply: (node) => {
      delete node.owner[node.key];
      const extension = [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }];
      node.owner[node.sibling] = { extension };
      return node.at;
    },
  },
  {
    fault: 'a text of more than a megabyte',
    fits: (node) => single(node) && (node.type === 'string' || node.type === 'markdown'),
    apply: (node) => {
      node.holder[node.key] = 'a'.repeat(1024 * 1024 + 1);
      return node.at;
    },
  },
];
