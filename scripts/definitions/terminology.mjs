// FHIR R4, CodeSystem and ValueSet: what of them it takes to say whether a code is in a value set.
import { official } from './source.mjs';

/** Systems of FHIR R4 by URL: what is held of them, and their codes as `code` or `[code, [codes below], [other codes above]]`. */
export function codeSystems() {
  const all = official('CodeSystem').filter(({ url }) => url);
  return Object.fromEntries(
    all.map(({ url, content, caseSensitive, concept }) => [
      url,
      { content, caseInsensitive: caseSensitive === false || undefined, concept: concept?.map(slimConcept) },
    ]),
  );
}

function slimConcept({ code, concept, property }) {
  const above = (property ?? []).filter((each) => each.code === 'subsumedBy').map(({ valueCode }) => valueCode);
  if (!concept && above.length === 0) return code;
  return above.length > 0 ? [code, (concept ?? []).map(slimConcept), above] : [code, concept.map(slimConcept)];
}

/** The composition of every value set of FHIR R4 by URL. */
export function valueSetDefinitions() {
  const all = official('ValueSet').filter(({ url }) => url);
  return Object.fromEntries(all.map(({ url, compose }) => [url, slimCompose(compose ?? { include: [] })]));
}

function slimCompose({ include, exclude }) {
  return { include: include.map(slimPart), exclude: exclude?.map(slimPart) };
}

function slimPart({ system, valueSet, concept, filter }) {
  return { system, valueSet, codes: concept?.map(({ code }) => code), filter };
}
