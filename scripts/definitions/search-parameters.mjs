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

/** Type name to the codes of the search parameters that put it into a Patient compartment. */
export function compartmentPatient() {
  const codes = {};
  const patient = official('CompartmentDefinition').find(({ id }) => id === 'patient');
  for (const { code, param } of patient.resource) {
    if (code === 'Patient') codes[code] = ['{def}', ...(param ?? [])];
    else if (param?.length) codes[code] = param;
  }
  return codes;
}
