import { readdirSync, readFileSync } from 'node:fs';
import type { JsonObject } from '#libs/fhir-json';

const folder = new URL('../../../node_modules/hl7.fhir.r4.examples/', import.meta.url);

/** Resources that describe FHIR itself; what a hospital stores is all the rest. */
const ABOUT_FHIR =
  /^(?:SearchParameter|ValueSet|CodeSystem|StructureDefinition|ConceptMap|OperationDefinition|CapabilityStatement|CompartmentDefinition|ImplementationGuide|NamingSystem|GraphDefinition|StructureMap|ig-r4|Bundle-(?:dataelements|profiles|valuesets|v[23]|conceptmaps|extension|search|resources|types|external|others))/;

/** The files of HL7's package of examples that hold a resource. */
export function exampleFiles(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'package.json');
}

export function clinicalFiles(): string[] {
  return exampleFiles().filter((name) => !ABOUT_FHIR.test(name));
}

export function example(file: string): JsonObject {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
}
