// FHIR R4 http.html#vsearch: searches of several types, and of compartments
import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { resourceTypes } from '#libs/fhir-definitions';
import { indexRows, parseSearch, type SearchOptions, type SearchScope, typesAsked } from '#libs/search';

const hash64 = (...parts: string[]) =>
  createHmac('sha256', 'key').update(JSON.stringify(parts)).digest().readBigInt64BE(0);
const options: SearchOptions = { hash64, cursorKey: Buffer.alloc(32, 1), requester: 'one' };
const both: SearchScope = { types: ['Observation', 'Condition'], path: '', choosesTypes: true };
const status = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return (error as { status?: number }).status;
  }
};

describe('_type', () => {
  test('names types, each once, and nothing else', () => {
    expect(typesAsked([['_id', '1']])).toBeUndefined();
    expect(typesAsked([['_type', 'Patient,Observation,Patient']])).toEqual(['Patient', 'Observation']);
    for (const wrong of ['', 'Resource', 'patient', 'Patient,', 'Patient|Observation']) {
      expect([wrong, status(() => typesAsked([['_type', wrong]]))]).toEqual([wrong, 400]);
    }
    const twice = [['_type', 'Patient'] as const, ['_type', 'Patient'] as const];
    expect(status(() => typesAsked(twice))).toBe(400);
  });

  test('is for searches that choose their types', () => {
    expect(parseSearch(both, [['_type', 'Observation,Condition']], options).params).toEqual([]);
    expect(status(() => parseSearch('Observation', [['_type', 'Observation']], options))).toBe(400);
  });
});

describe('a parameter of several types', () => {
  test('is any of what it is for each of them', () => {
    const one = (where: string | SearchScope) =>
      parseSearch(where, [['subject', 'Patient/1']], options).params[0]?.anyOf;
    expect(one(both)).toEqual([...(one('Observation') ?? []), ...(one('Condition') ?? [])]);
    expect(parseSearch(both, [['_id', 'a']], options).params[0]?.anyOf).toHaveLength(1);
  });

  test('is refused where one of them has none of that name, or sorts by it in another way', () => {
    expect(status(() => parseSearch(both, [['value-quantity', '1']], options))).toBe(400);
    expect(status(() => parseSearch(both, [['_sort', 'value-quantity']], options))).toBe(400);
    expect(parseSearch(both, [['_sort', '-_lastUpdated']], options).sort).toEqual([{ by: 'pid', descending: true }]);
  });

  test('may be sorted by in the order that it has for all', () => {
    const params = (where: string | SearchScope) =>
      parseSearch(where, [['_sort', 'family']], options).sort.flatMap((key) => ('params' in key ? key.params : []));
    const own = [...params('Patient'), ...params('Practitioner')];
    expect(params({ types: ['Patient', 'Practitioner'], path: '' })).toEqual(own);
    expect(own.length).toBeGreaterThan(1);
  });

  test('is refused as soon as it comes to too many alternatives', () => {
    let hashes = 0;
    const counting: SearchOptions = {
      ...options,
      hash64: (...parts) => {
        hashes += 1;
        return hash64(...parts);
      },
    };
    const query = Array.from({ length: 64 }, () => ['_tag', Array(100).fill('urn:t|x').join()] as const);
    const all: SearchScope = { types: [...resourceTypes()], path: '' };
    expect(status(() => parseSearch(all, query, counting))).toBe(400);
    expect(hashes).toBe(100 * all.types.length);
  });
});

describe('a compartment', () => {
  const within = (type: string, types: string[]): SearchScope => ({
    types,
    path: `${type}/1/*`,
    compartment: { type, id: '1' },
  });

  test('of a Patient is what the store knows by the patient', () => {
    const request = parseSearch(within('Patient', ['Observation']), [], { ...options, patientId: 'other' });
    expect(request).toMatchObject({ params: [], patientId: '1', owner: { type: 'Patient', id: '1' } });
    expect(request.patient).toBe(hash64('Patient', '1'));
  });

  test('of an Encounter is what refers to it by the parameters of the definition, and it itself', () => {
    const { params, owner } = parseSearch(within('Encounter', ['Encounter', 'Observation']), [], options);
    const [condition] = params[0]?.anyOf ?? [];
    const observation = { resourceType: 'Observation', encounter: { reference: 'Encounter/1' } };
    const rows = indexRows('Observation', observation, hash64).hashes;
    if (condition?.on !== 'member') throw new Error('not a member');
    expect(condition.hashes.filter((hash) => rows.includes(hash))).toHaveLength(1);
    expect([condition.own, owner]).toEqual(Array(2).fill({ type: 'Encounter', id: '1' }));
    const others = parseSearch(within('Encounter', ['Observation']), [], options).params[0]?.anyOf[0];
    expect(others).not.toHaveProperty('own');
  });

  test('has pages of its own', () => {
    const cursor = parseSearch(within('Encounter', ['Observation']), [], options).nextCursor(['0', '5']);
    const again = (scope: SearchScope) => status(() => parseSearch(scope, [['_cursor', cursor]], options).after);
    expect(again(within('Encounter', ['Observation']))).toEqual(['0', '5']);
    expect(again(within('Practitioner', ['Observation']))).toBe(400);
    expect(again({ types: ['Observation'], path: 'Observation' })).toBe(400);
  });
});
