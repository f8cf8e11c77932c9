// FHIR R4, section 10.1.3 "Vital Signs Profile": which codes make an Observation one: https://hl7.org/fhir/R4/observation-vitalsigns.html
import { isMembers, type Members, objects } from '../document/json.js';

const LOINC = 'http://loinc.org';
const SNOMED = 'http://snomed.info/sct';
const PROFILE = 'http://hl7.org/fhir/StructureDefinition/';

/** Those of the standard's table, then others that say the same and so need the standard's beside them. */
const CODES: Readonly<Record<string, readonly [loinc: string, snomed: string]>> = {
  vitalspanel: ['85353-1', ''],
  resprate: ['9279-1', '86290005'],
  heartrate: ['8867-4', '364075005'],
  oxygensat: ['2708-6', '431314004'],
  bodytemp: ['8310-5', '386725007 276885007'],
  bodyheight: ['8302-2', '50373000'],
  headcircum: ['9843-4', '363812007'],
  bodyweight: ['29463-7', '27113001'],
  bmi: ['39156-5', '60621009'],
  bp: ['85354-9 35094-2 55284-4 76534-7 76535-4 96607-7', '75367002'],
};

const bySystem = new Map<unknown, Map<unknown, string>>([
  [LOINC, new Map()],
  [SNOMED, new Map()],
]);
for (const [profile, [loinc, snomed]] of Object.entries(CODES)) {
  for (const code of loinc.split(' ')) bySystem.get(LOINC)?.set(code, PROFILE + profile);
  for (const code of snomed.split(' ')) bySystem.get(SNOMED)?.set(code, PROFILE + profile);
}

/** The profiles of the vital signs that an Observation is coded as: FHIR R4 requires them of each, claimed or not. */
export function vitalSigns({ resourceType, code }: Members): string[] {
  if (resourceType !== 'Observation' || !isMembers(code)) return [];
  const found = objects(code.coding).flatMap((coding) => bySystem.get(coding.system)?.get(coding.code) ?? []);
  return found.length > 1 ? [...new Set(found)] : found;
}
