// FHIR R4 security.html#xml and xml.html: what a reader of XML from anywhere must withstand.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from '#libs/fhir-json';
import { toJson, toXml, XmlError } from '#libs/fhir-xml';

const patient = (content: string) => `<Patient xmlns="http://hl7.org/fhir">${content}</Patient>`;
const narrative = (div: string) => patient(`<text><status value="generated"/>${div}</text>`);
const XHTML = 'xmlns="http://www.w3.org/1999/xhtml"';

function reasonOf(xml: string | Uint8Array): string {
  try {
    toJson(Buffer.from(xml as string));
    return 'taken';
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return error.reason;
  }
}

describe('XML that is refused', () => {
  test.each([
    [
      'an external entity',
      `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${patient('<id value="&x;"/>')}`,
      'doctype',
    ],
    [
      'entities in entities',
      `<!DOCTYPE a [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]>${patient('<id value="&b;"/>')}`,
      'doctype',
    ],
    ['a document type without subset', `<!DOCTYPE html>${patient('')}`, 'doctype'],
    ['an entity of HTML', narrative(`<div ${XHTML}>&nbsp;</div>`), 'syntax'],
    ['the name of an inherited property as entity', patient('<id value="&constructor;"/>'), 'syntax'],
    ['another such', patient('<id value="&toString;"/>'), 'syntax'],
    ['nesting without end', patient('<extension url="a">'.repeat(2000)), 'depth'],
    ['nesting within a narrative', narrative(`<div ${XHTML}>${'<p>'.repeat(2000)}`), 'depth'],
    ['bytes that are no UTF-8', Buffer.from([0x3c, 0xff, 0xfe]), 'utf-8'],
    ['another encoding', `<?xml version="1.0" encoding="ISO-8859-1"?>${patient('')}`, 'utf-8'],
    ['UTF-16', Buffer.from(`\uFEFF${patient('')}`, 'utf16le'), 'utf-8'],
    ['nothing', '', 'syntax'],
    ['JSON', '{"resourceType":"Patient"}', 'syntax'],
    ['two roots', patient('') + patient(''), 'syntax'],
    ['a tag that does not end', '<Patient xmlns="http://hl7.org/fhir">', 'syntax'],
    ['an attribute twice', patient('<id value="a" value="b"/>'), 'syntax'],
    ['a prefix without namespace', patient('<x:id value="a"/>'), 'syntax'],
    ['a control character by reference', patient('<id value="&#0;"/>'), 'syntax'],
    ['a surrogate by reference', patient('<id value="&#xD800;"/>'), 'syntax'],
    ['no namespace', '<Patient><id value="a"/></Patient>', 'structure'],
    ['another namespace', '<Patient xmlns="http://example.org"/>', 'structure'],
    ['a type that is none', '<Person2 xmlns="http://hl7.org/fhir"/>', 'structure'],
    ['an abstract type', '<Resource xmlns="http://hl7.org/fhir"/>', 'structure'],
    ['an element that is none', patient('<nickname value="x"/>'), 'structure'],
    ['__proto__ as element', patient('<__proto__ value="x"/>'), 'structure'],
    ['constructor as element', patient('<constructor value="x"/>'), 'structure'],
    ['an element of another choice', patient('<deceasedString value="x"/>'), 'structure'],
    ['two of a choice', patient('<deceasedBoolean value="true"/><deceasedDateTime value="2020"/>'), 'structure'],
    ['an element twice', patient('<gender value="male"/><gender value="male"/>'), 'structure'],
    ['a list in two parts', patient('<name/><active value="true"/><name/>'), 'structure'],
    ['elements out of order', patient('<birthDate value="1970"/><active value="true"/>'), 'structure'],
    ['an unknown attribute', patient('<active value="true" x="y"/>'), 'structure'],
    ['an attribute of another namespace', patient('<active value="true" xml:lang="de"/>'), 'structure'],
    ['a value on what has children', patient('<name value="x"/>'), 'structure'],
    ['text between elements', patient('<active value="true"/>Oh'), 'structure'],
    ['text in a character section', patient('<![CDATA[x]]>'), 'structure'],
    ['an empty primitive', patient('<active/>'), 'structure'],
    ['an id as an element where it is an attribute', patient('<name><id value="x"/></name>'), 'structure'],
    ['a contained nothing', patient('<contained/>'), 'structure'],
    ['two resources in one contained', patient('<contained><Basic/><Basic/></contained>'), 'structure'],
    ['a div that is not XHTML', narrative('<div>x</div>'), 'structure'],
    ['a div where none is', patient(`<div ${XHTML}/>`), 'structure'],
    ['two divs', narrative(`<div ${XHTML}/><div ${XHTML}/>`), 'structure'],
  ])('%s', (_, xml, reason) => {
    expect(reasonOf(xml)).toBe(reason);
  });
});

test('a fault is told with its place and without content', () => {
  const xml = patient('\n  <nick value="Jane Doe"/>');
  expect(() => toJson(Buffer.from(xml))).toThrow('An element nick is not known here (line 2, column 27)');
});

test('a long name is cut off in the message', () => {
  expect(() => toJson(Buffer.from(patient(`<${'n'.repeat(100_000)}/>`)))).toThrow(/^.{0,200}$/);
});

describe('large texts are read in time that grows no faster than they do', () => {
  test.each([
    ['attributes', patient(`<active ${Array.from({ length: 100_000 }, (_, i) => `a${i}="1"`).join(' ')}/>`)],
    [
      'namespaces',
      patient(`<active ${Array.from({ length: 100_000 }, (_, i) => `xmlns:a${i}="u"`).join(' ')} value="true"/>`),
    ],
    ['elements of a list', patient('<name/>'.repeat(200_000))],
    ['references', patient(`<id value="${'&#65;'.repeat(400_000)}"/>`)],
    ['comments', patient('<!-- - -- -->'.repeat(100) + '<!--->-->'.repeat(1000))],
    ['one comment', patient(`<!--${'- '.repeat(1_000_000)}-->`)],
    ['one entity name', patient(`<id value="&${'a'.repeat(2_000_000)};"/>`)],
    ['one name', `<${'a'.repeat(2_000_000)}/>`],
    ['a document type', `<!DOCTYPE a [${'<!ENTITY a "b">'.repeat(100_000)}]>${patient('')}`],
    ['open brackets', '<'.repeat(2_000_000)],
    ['narrative', narrative(`<div ${XHTML}>${'<b a="1">&amp;</b>'.repeat(100_000)}</div>`)],
  ])('%s', (_, xml) => {
    const start = process.hrtime.bigint();
    reasonOf(xml);
    expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(5000);
  });
});

test('texts cut off or changed anywhere are taken as JSON or refused as XmlError, never anything else', () => {
  const xml = narrative(`<div ${XHTML}><p>a &lt; b<br/></p></div>`).replace(
    '</Patient>',
    '<extension url="a"><valueDecimal value="1.0"/></extension><contained><Basic><id value="b"/></Basic></contained></Patient>',
  );
  fc.assert(
    fc.property(
      fc.nat(xml.length),
      fc.nat(8),
      fc.constantFrom('', '<', '>', '&', '"', '/', ' ', 'x', ']]>', '<!--', '\0'),
      (at, cut, put) => {
        const reason = reasonOf(xml.slice(0, at) + put + xml.slice(at + cut));
        expect(typeof reason).toBe('string');
      },
    ),
    { numRuns: 5000 },
  );
});

describe('JSON that has no form in XML', () => {
  const unwritable = (value: object) =>
    expect(() => toXml(parse(Buffer.from(JSON.stringify(value))))).toThrow(XmlError);
  const withDiv = (div: unknown) => ({ resourceType: 'Patient', text: { status: 'generated', div } });

  test.each([
    '<div xmlns="http://www.w3.org/1999/xhtml"/></text><active value="false"/><text>',
    '<div xmlns="http://www.w3.org/1999/xhtml"></div><div xmlns="http://www.w3.org/1999/xhtml"></div>',
    '<!DOCTYPE a><div xmlns="http://www.w3.org/1999/xhtml"/>',
    '<?xml version="1.0"?><div xmlns="http://www.w3.org/1999/xhtml"/>',
    '<p xmlns="http://www.w3.org/1999/xhtml"/>',
    '<div xmlns="http://hl7.org/fhir"/>',
    '<div xmlns="http://www.w3.org/1999/xhtml">&nbsp;</div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"/><!-- ',
    '<!-- c --><div/>',
    'text <div/>',
    '',
    7,
    null,
  ])('the narrative %j is not let out', (div) => {
    unwritable(withDiv(div));
  });

  test.each([
    { resourceType: 'Patient', id: 'a\u0000' },
    { resourceType: 'Patient', id: '\uFFFE' },
    { resourceType: 'Nonsense' },
    { resourceType: 'Patient', nickname: 'x' },
    { resourceType: 'Patient', name: { family: 'x' } },
    { resourceType: 'Patient', birthDate: ['1970'] },
    { resourceType: 'Patient', maritalStatus: 'x' },
    { resourceType: 'Patient', name: [{ given: [null] }] },
    { resourceType: 'Patient', contained: [{ id: 'x' }] },
  ])('%j is not let out', (value) => {
    unwritable(value);
  });
});
