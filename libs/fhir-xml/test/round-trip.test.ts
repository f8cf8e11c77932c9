// FHIR R4 xml.html and json.html: what one representation says the other says too.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type JsonValue, parse } from '#libs/fhir-json';
import { toJson, toXml } from '#libs/fhir-xml';
import { exampleNamed, exampleNames, kept } from './example-files.js';

const xmlOf = (json: string) => toXml(parse(Buffer.from(json)));
const jsonOf = (xml: string) => toJson(Buffer.from(xml));
const BODY = /^<\?xml version="1\.0" encoding="UTF-8"\?>(.*)$/s;
const again = (json: string) => jsonOf(xmlOf(json));

const EXAMPLES = exampleNames().filter((name) =>
  /^(Patient|Observation|Consent|Bundle-bundle|Parameters|Questionnaire-f)/.test(name),
);

test.each(EXAMPLES)('%s is the same after a way through XML', (name) => {
  const document = exampleNamed(name);
  expect(kept(parse(Buffer.from(toJson(Buffer.from(toXml(document))))))).toEqual(kept(document));
});

test.each(EXAMPLES)('%s says the same where it is pretty', (name) => {
  const document = exampleNamed(name);
  expect(kept(parse(Buffer.from(toJson(Buffer.from(toXml(document, true))))))).toEqual(kept(document));
});

test('pretty XML has a line for each element, and leaves narratives as they are', () => {
  const div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>a <b>b</b></p></div>';
  const text = `"text":{"status":"generated","div":${JSON.stringify(div)}}`;
  const json = `{"resourceType":"Patient","id":"p",${text},"contained":[{"resourceType":"Basic","id":"c"}]}`;
  expect(
    toXml(parse(Buffer.from(json)), true)
      .split('\n')
      .slice(1),
  ).toEqual([
    '<Patient xmlns="http://hl7.org/fhir">',
    '  <id value="p"/>',
    '  <text>',
    '    <status value="generated"/>',
    `    ${div}`,
    '  </text>',
    '  <contained>',
    '    <Basic>',
    '      <id value="c"/>',
    '    </Basic>',
    '  </contained>',
    '</Patient>',
  ]);
});

test('elements stand in the order of the definitions, id and url are attributes, a primitive is its value attribute', () => {
  const json = `{"birthDate":"1970","extension":[{"valueBoolean":true,"url":"http://a.test"}],"resourceType":"Patient",
    "name":[{"given":["A",null],"_given":[null,{"extension":[{"url":"u:x","valueString":"y"}]}],"id":"n"}],"id":"p"}`;
  expect(BODY.exec(xmlOf(json))?.[1]).toBe(
    '<Patient xmlns="http://hl7.org/fhir"><id value="p"/><extension url="http://a.test"><valueBoolean value="true"/></extension>' +
      '<name id="n"><given value="A"/><given><extension url="u:x"><valueString value="y"/></extension></given></name>' +
      '<birthDate value="1970"/></Patient>',
  );
});

test.each(['1.00', '1e2', '-0.0', '1.0E-7', '12345678901234567890.12345678901234567890', '0'])(
  'the decimal %s keeps its text both ways',
  (lexeme) => {
    const json = `{"resourceType":"Observation","valueQuantity":{"value":${lexeme}}}`;
    expect(xmlOf(json)).toContain(`<value value="${lexeme}"/>`);
    expect(again(json)).toBe(json);
  },
);

test('decimals of a list keep their text', () => {
  const json =
    '{"resourceType":"Parameters","parameter":[{"name":"a","valueDecimal":1.0},{"name":"b","valueDecimal":2.50}]}';
  expect(again(json)).toBe(json);
});

test('what is no number or boolean becomes a string, so that validation can say where', () => {
  const quantity = '<valueQuantity><value value="+1"/></valueQuantity>';
  expect(jsonOf(`<Observation xmlns="http://hl7.org/fhir">${quantity}</Observation>`)).toContain('{"value":"+1"}');
  expect(jsonOf('<Patient xmlns="http://hl7.org/fhir"><active value="TRUE"/></Patient>')).toContain('"active":"TRUE"');
});

test('every string that XML can hold comes back unchanged, white space included', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(!/[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text));
      const value = { resourceType: 'Patient', name: [{ family: text, given: [text, text] }] };
      expect(JSON.parse(again(JSON.stringify(value))) as JsonValue).toEqual(value);
    }),
  );
  const value = { resourceType: 'Patient', name: [{ family: ' a\tb\r\nc\n"<&>\'' }] };
  expect(JSON.parse(again(JSON.stringify(value)))).toEqual(value);
});

test('a resource within another keeps its type, and its elements theirs', () => {
  const json =
    '{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","contained":[{"resourceType":"Basic","id":"b"}],"active":true}}]}';
  expect(xmlOf(json)).toContain('<resource><Patient><contained><Basic><id value="b"/></Basic></contained>');
  expect(again(json)).toBe(json);
});

test('a prefix for FHIR, comments, processing instructions, schema locations and a byte order mark change nothing', () => {
  const xml = `\uFEFF<?xml version="1.0" encoding="utf-8"?><?xml-stylesheet href="a"?><!-- c --><f:Patient xmlns:f="http://hl7.org/fhir"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"><!-- d --><f:active value="true"/></f:Patient>`;
  expect(jsonOf(xml)).toBe('{"resourceType":"Patient","active":true}');
});

test('a narrative stays as it was written, comments and references included', () => {
  const div =
    '<div xmlns="http://www.w3.org/1999/xhtml" xml:lang="de"><!-- c --><p class=\'a\'>&#160;1 &lt; 2 &amp; é<br/></p></div>';
  const json = JSON.stringify({ resourceType: 'Patient', text: { status: 'generated', div } });
  expect(again(json)).toBe(json);
});

test('a narrative whose elements have a prefix from around it is written without one', () => {
  const xml = `<Patient xmlns="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml"><text><status value="generated"/>
    <h:div h:x="2" id="i"><h:p>1 &lt; <![CDATA[<b>]]></h:p></h:div></text></Patient>`;
  const { text } = JSON.parse(jsonOf(xml)) as { text: { div: string } };
  expect(text.div).toBe('<div xmlns="http://www.w3.org/1999/xhtml" x="2" id="i"><p>1 &lt; &lt;b&gt;</p></div>');
});

test('a narrative without its namespace gets it in XML', () => {
  const json = JSON.stringify({ resourceType: 'Patient', text: { status: 'generated', div: '<div><p>a</p></div>' } });
  expect(xmlOf(json)).toContain('<div xmlns="http://www.w3.org/1999/xhtml"><p>a</p></div>');
});
