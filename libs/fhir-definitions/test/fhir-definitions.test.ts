import { describe, expect, test } from '@jest/globals';
import {
  compartmentOf,
  compartmentPatient,
  compartmentTypes,
  DEFINITIONS_VERSION,
  requiredCodes,
  resourceTypes,
  searchParameter,
  searchParameters,
  structure,
} from '#libs/fhir-definitions';

const element = (path: string) =>
  structure(path.split('.')[0]!)?.snapshot.element.find((candidate) => candidate.path === path);

describe('the definitions', () => {
  test('name themselves by FHIR release and content', () => {
    expect(DEFINITIONS_VERSION).toMatch(/^4\.0\.1-[0-9a-f]{16}$/);
  });
});

describe('resourceTypes', () => {
  test('are the 146 concrete types of FHIR R4, without abstract, later or private ones', () => {
    expect(resourceTypes().size).toBe(146);
    expect(resourceTypes().has('Patient')).toBe(true);
    for (const stranger of ['Resource', 'DomainResource', 'MetadataResource', 'SubscriptionStatus', 'Bot', 'Project']) {
      expect(resourceTypes().has(stranger)).toBe(false);
    }
  });
});

describe('structure', () => {
  test('gives path, cardinality, type, binding and constraint of elements', () => {
    expect(element('Patient.gender')).toMatchObject({
      min: 0,
      max: '1',
      type: [{ code: 'code' }],
      binding: { strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/administrative-gender' },
      isSummary: true,
    });
    expect(element('Patient.contact')?.constraint).toMatchObject([{ key: 'pat-1', severity: 'error' }]);
    expect(element('Questionnaire.item.item')).toMatchObject({ contentReference: 'Questionnaire.item' });
  });

  test('says the FHIR type where the definition has that of a FHIRPath engine', () => {
    expect(element('Patient.id')?.type).toEqual([{ code: 'id' }]);
    expect(element('HumanName.id')?.type).toEqual([{ code: 'string' }]);
    expect(element('Extension.url')?.type).toEqual([{ code: 'uri' }]);
    expect(element('decimal.value')?.type).toEqual([{ code: 'http://hl7.org/fhirpath/System.Decimal' }]);
  });

  test('keeps a constraint where it is stated and not on everything that inherits it', () => {
    expect(structure('Element')?.snapshot.element[0]?.constraint).toMatchObject([{ key: 'ele-1' }]);
    expect(structure('DomainResource')?.snapshot.element[0]?.constraint?.map(({ key }) => key)).toContain('dom-3');
    expect(structure('Observation')?.snapshot.element[0]?.constraint?.map(({ key }) => key)).toEqual([
      'obs-6',
      'obs-7',
    ]);
  });

  test('refers to official resources only', () => {
    for (const type of resourceTypes()) {
      for (const { type: types = [] } of structure(type)!.snapshot.element) {
        for (const target of types.flatMap(({ targetProfile = [] }) => targetProfile)) {
          expect(structure(target.split('/').at(-1)!)?.kind).toBe('resource');
        }
      }
    }
  });

  test('has none of the elements that other packages add to FHIR R4', () => {
    for (const path of [
      'Meta.project',
      'Binary.url',
      'DeviceDefinition.classification',
      'ObservationDefinition.publisher',
    ]) {
      expect(element(path)).toBeUndefined();
    }
    expect(element('EvidenceVariable.characteristic')?.min).toBe(1);
    expect(element('Bundle.entry.response.outcome')?.type).toEqual([{ code: 'Resource' }]);
  });

  test('knows no type by the name of a method', () => {
    expect(structure('toString')).toBeUndefined();
    expect(structure('__proto__')).toBeUndefined();
  });
});

describe('searchParameters', () => {
  test('are those of the type and of what it specialises', () => {
    const codes = searchParameters('Patient').map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['birthdate', 'family', '_id', '_lastUpdated', '_text']));
    expect(new Set(codes).size).toBe(codes.length);
    expect(searchParameters('Bundle').map(({ code }) => code)).not.toContain('_text');
    expect(searchParameters('Nothing')).toEqual([]);
  });

  test('have an expression, types to point to and components', () => {
    const find = (type: string, code: string) => searchParameters(type).find((parameter) => parameter.code === code);
    expect(find('Observation', 'subject')).toMatchObject({ type: 'reference', expression: 'Observation.subject' });
    expect(find('Observation', 'subject')?.target).toContain('Patient');
    const composite = find('Observation', 'code-value-quantity');
    expect(composite?.component).toHaveLength(2);
    for (const { definition } of composite?.component ?? []) expect(searchParameter(definition)).toBeDefined();
  });

  test('are the 1,375 of the registry', () => {
    const urls = [...resourceTypes()].flatMap(searchParameters).map(({ url }) => url);
    expect(new Set(urls).size).toBe(1375);
  });

  test('lack an expression only where FHIR gives none', () => {
    const without = [...resourceTypes()].flatMap(searchParameters).filter(({ expression }) => !expression);
    expect(new Set(without.map(({ code }) => code))).toEqual(new Set(['_text', '_content', '_query']));
  });
});

describe('compartmentPatient', () => {
  test('names the parameters that lead to the patient', () => {
    expect(compartmentPatient('Observation')).toEqual(['subject', 'performer']);
    expect(compartmentPatient('Patient')).toEqual(['{def}', 'link']);
    expect(compartmentPatient('Medication')).toBeUndefined();
  });

  test('names only search parameters that the type has', () => {
    for (const type of resourceTypes()) {
      const known = searchParameters(type).map(({ code }) => code);
      for (const code of compartmentPatient(type) ?? []) if (code !== '{def}') expect(known).toContain(code);
    }
  });
});

describe('compartments', () => {
  test('are those of five types, each with its definition', () => {
    expect(compartmentTypes()).toEqual(['Device', 'Encounter', 'Patient', 'Practitioner', 'RelatedPerson']);
    expect(compartmentOf('RelatedPerson')?.url).toBe('http://hl7.org/fhir/CompartmentDefinition/relatedPerson');
    expect(compartmentOf('Encounter')?.codes.Observation).toEqual(['encounter']);
    expect(compartmentOf('Group')).toBeUndefined();
  });

  test.each(compartmentTypes())('of a %s hold it, and are made of search parameters that the types have', (owner) => {
    const codes = compartmentOf(owner)?.codes ?? {};
    expect(codes[owner]).toContain('{def}');
    const unknown = Object.entries(codes).flatMap(([type, all]) => {
      const known = new Set(['{def}', ...searchParameters(type).map(({ code }) => code)]);
      return all.filter((code) => !known.has(code)).map((code) => `${type}.${code}`);
    });
    expect(unknown).toEqual([]);
  });
});

describe('requiredCodes', () => {
  test('lists a value set by code system, also one that is made of a hierarchy or of others', () => {
    expect(requiredCodes('http://hl7.org/fhir/ValueSet/administrative-gender')).toEqual({
      'http://hl7.org/fhir/administrative-gender': ['male', 'female', 'other', 'unknown'],
    });
    const all = requiredCodes('http://hl7.org/fhir/ValueSet/all-types');
    expect(all?.['http://hl7.org/fhir/resource-types']).toContain('Patient');
    expect(all?.['http://hl7.org/fhir/data-types']).toContain('Quantity');
    expect(requiredCodes('http://hl7.org/fhir/ValueSet/mimetypes')).toBeUndefined();
  });

  test('covers every required binding of resources but three whose codes nobody can list', () => {
    const urls = new Set(
      [...resourceTypes()]
        .flatMap((type) => structure(type)!.snapshot.element)
        .filter(({ binding }) => binding?.strength === 'required')
        .map(({ binding }) => binding!.valueSet!),
    );
    expect([...urls].filter((url) => !requiredCodes(url)).sort()).toEqual([
      'http://hl7.org/fhir/ValueSet/mimetypes',
      'http://hl7.org/fhir/ValueSet/ucum-units',
      'http://loinc.org/vs/LL379-9',
    ]);
  });
});
