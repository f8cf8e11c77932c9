// FHIR R4 http.html#capabilities: the searches of the system and of compartments that metadata lists
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './test-server.js';

interface Rest {
  compartment: string[];
  searchParam: { name: string; type: string }[];
  resource: { type: string }[];
}

let server: TestServer;
let rest: Rest;
beforeAll(async () => {
  server = await startTestServer();
  const statement = (await server.send('GET', 'metadata', { as: null })).json() as unknown as { rest: [Rest] };
  rest = statement.rest[0];
});
afterAll(() => server.close());

describe('what it says of searches beyond one type', () => {
  test('every compartment listed is served, and no other', async () => {
    const listed: string[] = [];
    for (const { type } of rest.resource) {
      const path = `${type}/none/*?_summary=count`;
      const { status } = await server.send('GET', path);
      const posted = await server.send('POST', `${type}/none/_search`, { body: '', headers: FORM });
      expect([type, posted.status]).toEqual([type, status === 200 ? 200 : 404]);
      if (status === 200)
        listed.push(`http://hl7.org/fhir/CompartmentDefinition/${type[0]?.toLowerCase()}${type.slice(1)}`);
      else expect([type, status]).toEqual([type, 404]);
    }
    expect(rest.compartment.toSorted()).toEqual(listed.sort());
    expect(listed).toHaveLength(5);
  }, 60_000);

  test('every parameter of the system is understood, there and in a compartment', async () => {
    const values: Record<string, string> = {
      _type: 'Basic',
      _sort: '-_lastUpdated',
      _total: 'accurate',
      _summary: 'true',
    };
    const byKind: Record<string, string> = { date: '2024', token: 'a', uri: 'urn:x', number: '1', string: 'id' };
    expect(rest.searchParam.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['_id', '_lastUpdated', '_tag', '_type']),
    );
    for (const { name, type } of rest.searchParam) {
      const query = `${name}=${values[name] ?? byKind[type]}`;
      expect([query, (await server.send('GET', `/fhir?${query}`)).status]).toEqual([query, 200]);
      expect([query, (await server.send('GET', `Patient/none/*?${query}`)).status]).toEqual([query, 200]);
    }
    expect((await server.send('GET', '/fhir?name=x')).status).toBe(400);
  }, 60_000);

  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
});
