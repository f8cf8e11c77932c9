// What searches are tried on: resources at the edges of what a parameter can mean
import { parse } from '#libs/fhir-json';
import type { Query, Resource, SearchDatabase } from './search-database.js';

/** Adds a text of JSON, its numbers as they are written; gives the pid. */
export async function add(database: SearchDatabase, text: string): Promise<string> {
  const document = parse(Buffer.from(text));
  return database.add(document.value as Resource, document);
}

/** Ids of what a query string finds, sorted. */
export async function ask(database: SearchDatabase, type: string, query: string): Promise<string[]> {
  return (await database.ids(type, [...new URLSearchParams(query)] as Query)).sort();
}

/** Basic has few parameters, and no other example is one. */
export async function addBasics(database: SearchDatabase): Promise<void> {
  const coded = '"code":{"coding":[{"system":"s","code":"c"}]}';
  for (const [id, more] of [
    ['plain', '"subject":{"reference":"Patient/a"},"created":"2020-02"'],
    ['version', '"subject":{"reference":"Patient/a/_history/3"},"created":"2020-02-29"'],
    ['elsewhere', '"subject":{"reference":"http://other/fhir/Patient/a"},"created":"2021"'],
    ['ours', '"subject":{"reference":"http://us/fhir/Patient/a"}'],
    ['two', '"subject":{"reference":"Patient/a"},"author":{"reference":"Patient/b"}'],
    ['logical', '"subject":{"type":"Patient","identifier":{"system":"urn:id","value":"7"}}'],
    ['group', '"subject":{"reference":"Group/a"}'],
    ['urn', '"subject":{"reference":"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}'],
    ['contained', '"contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#p"}'],
    [
      'tagged',
      '"meta":{"tag":[{"system":"t","code":"x,y|z$"}],"profile":["http://p|2"],"source":"http://src#1","security":[{"code":"R"}]}',
    ],
  ]) {
    await add(database, `{"resourceType":"Basic","id":"${id}",${coded},${more}}`);
  }
}

/** Observations with the code q. */
export async function addQuantities(database: SearchDatabase): Promise<void> {
  const quantities: [string, string][] = [
    ['one', '{"value":1,"unit":"mg","system":"u","code":"mg"}'],
    ['one-point-zero', '{"value":1.0,"unit":"milligram","system":"u","code":"mg"}'],
    ['one-point-double-zero', '{"value":1.00,"unit":"mg"}'],
    ['below-five', '{"value":5,"comparator":"<","system":"u","code":"mg"}'],
    ['at-least-nine', '{"value":9,"comparator":">=","system":"u","code":"mg"}'],
    ['huge', '{"value":12345678901234567890}'],
  ];
  for (const [id, value] of quantities) {
    await add(
      database,
      `{"resourceType":"Observation","id":"q-${id}","status":"final","code":{"coding":[{"code":"q"}]},"valueQuantity":${value}}`,
    );
  }
}
