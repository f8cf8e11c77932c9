// FHIR R4, SearchParameter and CompartmentDefinition.
import { bundle, FHIR_VERSION, resource } from './source.mjs';

/** Every search parameter of FHIR R4, slimmed. */
export function searchParameters() {
  return bundle('search-parameters')
    .filter(({ version }) => version === FHIR_VERSION)
    .map(({ url, code, type, base, expression, target, component }) => ({
      url,
      code,
      type,
      base,
      expression,
      target,
      component: component?.map(({ definition, expression: relative }) => ({ definition, expression: relative })),
    }));
}

/** Type name to the codes of the search parameters that put it into a Patient compartment. */
export function compartmentPatient() {
  const codes = {};
  for (const { code, param } of resource('compartmentdefinition-patient').resource) {
    if (code === 'Patient') codes[code] = ['{def}', ...(param ?? [])];
    else if (param?.length) codes[code] = param;
  }
  return codes;
}
