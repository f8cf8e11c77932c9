// FHIR R4, SearchParameter and CompartmentDefinition.
import { FHIR_VERSION, official } from './source.mjs';

/** Every parameter of https://hl7.org/fhir/R4/searchparameter-registry.html, slimmed. */
export function searchParameters() {
  return official('SearchParameter').filter(isRegistered).map(slim);
}

/** Parameters over extensions and profiles are published beside the registry, not in it. */
function isRegistered({ version, id }) {
  return version === FHIR_VERSION && !/^[a-z]+-(extensions|genetic)-/.test(id);
}

function slim({ url, code, type, base, expression, target, component }) {
  return { url, code, type, base, expression, target, component: component?.map(slimComponent) };
}

/** FHIR R4 writes the type `dateTime` as `DateTime` in one place. */
function slimComponent({ definition, expression }) {
  return { definition, expression: expression.replace('as(DateTime)', 'as(dateTime)') };
}

/** Of each compartment that FHIR R4 defines: type name to the codes of the search parameters that put it into one. */
export function compartments() {
  const defined = official('CompartmentDefinition').filter(({ url }) => url.startsWith('http://hl7.org/fhir/Comp'));
  return Object.fromEntries(
    defined.filter(({ id }) => id !== 'example').map((one) => [one.code, slimCompartment(one)]),
  );
}

function slimCompartment({ url, code: owner, resource }) {
  const codes = {};
  for (const { code, param = [] } of resource) {
    const others = param.filter((one) => one !== '{def}');
    if (code === owner) codes[code] = ['{def}', ...others];
    else if (others.length > 0) codes[code] = others;
  }
  return { url, codes };
}
