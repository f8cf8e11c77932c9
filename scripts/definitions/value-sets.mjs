// FHIR R4, ValueSet, "Value Set Content Logical Definition": https://hl7.org/fhir/R4/valueset.html#compositions
import { official } from './source.mjs';

/** URL to codes by system, of every value set that is required somewhere and can be listed from the definitions alone. */
export function requiredValueSets(structures) {
  const terminology = readTerminology();
  const listed = {};
  for (const url of [...requiredUrls(structures)].sort()) {
    const codes = expand(url, terminology, []);
    if (codes) listed[url] = Object.fromEntries([...codes].map(([system, set]) => [system, [...set]]));
  }
  return listed;
}

function requiredUrls(structures) {
  const urls = new Set();
  for (const { snapshot } of Object.values(structures)) {
    for (const { binding } of snapshot.element) if (binding?.strength === 'required') urls.add(binding.valueSet);
  }
  return urls;
}

function readTerminology() {
  const byUrl = (type) => new Map(official(type).map((resource) => [resource.url, resource]));
  return { ValueSet: byUrl('ValueSet'), CodeSystem: byUrl('CodeSystem') };
}

/** Map of system to set of codes, or undefined when a part of it cannot be listed. */
function expand(url, terminology, within) {
  const { compose } = terminology.ValueSet.get(url.split('|')[0]) ?? {};
  if (!compose || within.includes(url)) return undefined;
  const included = compose.include.map((part) => component(part, terminology, [...within, url]));
  const excluded = (compose.exclude ?? []).map((part) => component(part, terminology, [...within, url]));
  if ([...included, ...excluded].includes(undefined)) return undefined;
  return subtract(union(included), union(excluded));
}

/** Codes that the system part and every named value set of one include or exclude agree on. */
function component(part, terminology, within) {
  const parts = (part.valueSet ?? []).map((url) => expand(url, terminology, within));
  if (part.system) parts.push(systemCodes(part, terminology));
  if (parts.length === 0 || parts.includes(undefined)) return undefined;
  return parts.reduce(intersect);
}

function systemCodes({ system, concept, filter = [] }, terminology) {
  if (concept) return new Map([[system, new Set(concept.map(({ code }) => code))]]);
  const codeSystem = terminology.CodeSystem.get(system);
  if (codeSystem?.content !== 'complete') return undefined;
  let codes = concepts(codeSystem.concept ?? []);
  for (const { property, op, value } of filter) {
    if (property !== 'concept' || !(op === 'is-a' || op === 'descendent-of')) return undefined;
    const below = descendants(codes, value);
    if (op === 'is-a') below.add(value);
    codes = codes.filter(({ code }) => below.has(code));
  }
  return new Map([[system, new Set(codes.map(({ code }) => code))]]);
}

/** Concepts as a flat list, each with the codes that stand directly above it. */
function concepts(list, above) {
  return list.flatMap(({ code, concept, property }) => {
    const parents = (property ?? []).filter((each) => each.code === 'subsumedBy').map((each) => each.valueCode);
    return [{ code, parents: above ? [above, ...parents] : parents }, ...concepts(concept ?? [], code)];
  });
}

function descendants(codes, ancestor) {
  const below = new Set();
  for (let found = [ancestor]; found.length > 0; ) {
    found = codes.filter(({ code, parents }) => !below.has(code) && parents.some((each) => found.includes(each)));
    found = found.map(({ code }) => code);
    for (const code of found) below.add(code);
  }
  return below;
}

function union(maps) {
  const all = new Map();
  for (const map of maps) {
    for (const [system, codes] of map) all.set(system, new Set([...(all.get(system) ?? []), ...codes]));
  }
  return all;
}

function intersect(left, right) {
  const both = [...left].map(([system, codes]) => [system, codes.intersection(right.get(system) ?? new Set())]);
  return new Map(both);
}

function subtract(left, right) {
  return new Map([...left].map(([system, codes]) => [system, codes.difference(right.get(system) ?? new Set())]));
}
