// FHIR R4, section 3.1.1 "Search": what is understood, what is refused, and that a refusal names the parameter.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resourceTypes, searchParameters } from '#libs/fhir-definitions';
import { FhirError } from '#libs/fhir-model';
import { parseSearch, type SearchOptions } from '#libs/search';
import { keyed } from './keyed.js';

const options: SearchOptions = { hash64: keyed, cursorKey: Buffer.alloc(32, 1), requester: 'me', now: 0 };
type Query = [string, string][];

const parse = (query: string | Query, more: Partial<SearchOptions> = {}, type = 'Observation') =>
  parseSearch(type, typeof query === 'string' ? [...new URLSearchParams(query)] : query, { ...options, ...more });

function refusal(query: string | Query, more: Partial<SearchOptions> = {}, type = 'Observation'): string {
  try {
    parse(query, more, type);
  } catch (error) {
    if (error instanceof FhirError && error.status === 400) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('parseSearch', () => {
  it('without parameters asks for the newest twenty', () => {
    expect(parse('')).toMatchObject({
      types: ['Observation'],
      path: 'Observation',
      params: [],
      count: 20,
      sort: [],
      total: 'none',
      used: [],
    });
  });

  it.each([
    ['nonsense=1', 'nonsense'],
    ['birthdate=2000', 'birthdate'],
    ['code:above=x', ':above'],
    ['code:below=x', ':below'],
    ['code:in=x', ':in'],
    ['code:text=x', ':text'],
    ['subject:exact=x', ':exact'],
    ['date:exact=2000', ':exact'],
    ['_id:not=1', '_id'],
    ['_include=Observation:subject', '_include'],
    ['_include:iterate=Observation:subject', '_include'],
    ['_revinclude=Provenance:target', '_revinclude'],
    ['_has:Provenance:target:agent=x', '_has'],
    ['subject.name=x', 'subject.name'],
    ['subject:Patient.name=x', 'subject:Patient.name'],
    ['_contained=both', '_contained'],
    ['_summary=nonsense', '_summary'],
    ['_contained=true', '_contained'],
    ['_filter=a', '_filter'],
    ['_text=a', '_text'],
    ['_content=a', '_content'],
    ['_query=a', '_query'],
    ['_sort=nonsense', 'nonsense'],
    ['_sort=code', 'code'],
    ['_sort=', '_sort'],
    ['near=1|2', 'near'],
  ])('refuses %s, and the refusal names %s', (query, named) => {
    expect(refusal(query)).toContain(named);
    expect(refusal(query)).toMatch(/not known|supported|cannot sort|no modifiers/);
  });

  it.each([
    ['_count=-1'],
    ['_count=1001'],
    ['_count=99999999999999999999'],
    ['_count=1.5'],
    ['_count='],
    ['_count=10&_count=10'],
    ['_total=many'],
    ['_total=none&_total=none'],
    ['_sort=date&_sort=date'],
    ['_sort=date,-date,date,date,date'],
    ['date=yesterday'],
    ['date=2013-13'],
    ['date=2013-02-30'],
    ['date=2013-02-03T25:00Z'],
    ['date=xx2013'],
    ['date='],
    ['value-quantity=much'],
    ['value-quantity=5|u'],
    ['value-quantity=5|u|'],
    ['value-quantity=5|a|b|c'],
    ['value-quantity=gtlt5'],
    ['value-quantity=Infinity'],
    ['value-quantity=0x10'],
    ['value-quantity=1e9999'],
    ['code='],
    ['code=a,,b'],
    ['code=|'],
    ['code=a\\b'],
    ['code:missing=yes'],
    ['subject='],
    ['subject:Group=x&subject:Practitioner=y'],
    ['value-string=...'],
    ['value-string:contains=ab'],
    ['code-value-quantity=a'],
    ['code-value-quantity=a$5$6'],
    ['code-value-quantity=s|$5'],
    ['code-value-quantity=a$much'],
    ['_lastUpdated=now'],
    ['_id='],
    ['_cursor=abc'],
    ['_cursor='],
  ])('refuses the malformed %s', (query) => {
    const [name] = query.split(/[:=]/);
    expect(refusal(query)).toContain(name);
  });

  it('refuses what is too much of anything', () => {
    const many = (count: number, text: string) => Array.from({ length: count }, () => text);
    expect(refusal(many(65, 'x').map(() => ['code', 'a'] as [string, string]))).toContain('at most 64');
    expect(refusal([['code', many(101, 'a').join(',')]])).toContain('at most 100');
    expect(refusal([['code', 'a'.repeat(8193)]])).toContain('longer than');
    expect(refusal([['_id', many(101, 'a').join(',')]])).toContain('at most 100');
    expect(refusal([['a'.repeat(300), 'a']])).toContain('too long');
    expect(refusal([['code', 'a\u0000']])).toContain('U+0000');
    expect(refusal(many(60, 'x').map((): [string, string] => ['performer', many(100, '1').join(',')]))).toContain(
      'alternatives',
    );
    expect(refusal([['value-string', 'a'.repeat(300)]])).toContain('too long');
    expect(refusal([['value-string:contains', 'a'.repeat(200)]])).toContain('too long');
  });

  it('never repeats a value in a refusal, nor the client’s markup', () => {
    expect(refusal([['date', 'secret']])).not.toContain('secret');
    expect(refusal([['<script>', '1']])).not.toContain('<');
    expect(refusal([['code:<b>', '1']])).not.toContain('<');
  });

  it('leaves out what is not supported when it may be lenient, and does not list it as used', () => {
    const request = parse('nonsense=1&code=a&_include=x&code:text=b&_text=id', { lenient: true });
    expect(request.params.map(({ name }) => name)).toEqual(['code']);
    expect(request.used).toEqual([['code', 'a']]);
    expect(refusal('date=yesterday', { lenient: true })).toContain('date');
  });

  it('lists what it used in order, without the cursor', () => {
    const cursor = parse('code=a&code=b').nextCursor(['0', '1']);
    expect(parse(`code=a&code=b&_cursor=${cursor}`).used).toEqual([
      ['code', 'a'],
      ['code', 'b'],
    ]);
  });

  it('takes zero as a question for the number alone', () => {
    expect(parse('_count=0')).toMatchObject({ count: 0, summary: 'count' });
    expect(parse('_summary=count')).toMatchObject({ summary: 'count' });
    expect(parse('_summary=false&_format=json&_pretty=true').summary).toBeUndefined();
  });

  it('splits at commas that no backslash stands before', () => {
    expect(parse([['code', 'a\\,b,c']]).params[0]?.anyOf).toHaveLength(2);
  });

  it('takes a plus sign that became a space for the sign of the zone', () => {
    const plus = parse([['date', '2013-04-02T09:30:10+01:00']]).params;
    expect(parse([['date', '2013-04-02T09:30:10 01:00']]).params).toEqual(plus);
  });

  it('knows the one patient whose compartment all matches are in', () => {
    const patient = keyed('Patient', '1');
    for (const query of ['patient=1', 'patient=Patient/1', 'subject=Patient/1', 'subject:Patient=1']) {
      expect(parse(query).patient).toBe(patient);
    }
    for (const query of [
      'subject=1',
      'patient=1,2',
      'patient=http://x/Patient/1',
      'specimen=1',
      'patient:missing=true',
      'patient:identifier=1',
    ]) {
      expect(parse(query).patient).toBeUndefined();
    }
    expect(parse('', { patientId: '1' })).toMatchObject({ patient, patientId: '1' });
    expect(parse('patient=2', { patientId: '1' }).patient).toBe(patient);
    expect(parse('link=Patient/1', {}, 'Patient').patient).toBeUndefined();
  });

  const everyParameter = [...resourceTypes()].flatMap((type) =>
    searchParameters(type).map((one) => ({ ...one, of: type })),
  );

  it('accepts a value for every parameter of every type', () => {
    const values: Record<string, string> = {
      token: 's|c',
      reference: 'Patient/1',
      uri: 'http://x',
      string: 'abc',
      date: 'ge2020',
      number: 'lt5',
      quantity: '5||mg',
    };
    const asked = everyParameter.filter(({ type }) => values[type] !== undefined);
    const refused = asked.filter(({ code, type, of }) => refusal([[code, values[type]!]], {}, of) !== 'accepted');
    expect([...new Set(refused.map(({ code }) => code))].sort()).toEqual(['_content', '_query', '_text']);
  });

  it('accepts :missing with every parameter that is in the index, composites too', () => {
    const refused = everyParameter.filter(
      ({ code, of }) => refusal([[`${code}:missing`, 'true']], {}, of) !== 'accepted',
    );
    const codes = [...new Set(refused.map(({ code }) => code))].sort();
    expect(codes).toEqual(['_content', '_id', '_lastUpdated', '_query', '_text', 'near']);
  });

  it('refuses with 400 or accepts, whatever is sent', () => {
    const names = [
      ...searchParameters('Observation').map(({ code }) => code),
      '_sort',
      '_count',
      '_cursor',
      '_has:x',
      'a.b',
      '',
    ];
    const name = fc.oneof(
      fc
        .tuple(fc.constantFrom(...names), fc.constantFrom('', ':exact', ':not', ':missing', ':Patient', ':'))
        .map((parts) => parts.join('')),
      fc.string(),
    );
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-z0-9|$,\\.:T/-]{0,20}$/));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 5 }), fc.boolean(), (query, lenient) => {
        refusal(query, { lenient });
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a cursor', () => {
  const position = ['1', null, '12.5', '77'];
  const cursor = parse('code=a').nextCursor(position);

  it('brings back the position, for the same search by the same requester', () => {
    expect(parse(`code=a&_cursor=${cursor}`).after).toEqual(position);
    expect(parse(`_cursor=${cursor}&code=a`).after).toEqual(position);
  });

  it('says nothing to who reads it, and is never the same twice', () => {
    expect(parse('code=a').nextCursor(position)).not.toBe(cursor);
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('77');
  });

  it('is refused for another requester, search, type, patient or key', () => {
    const other = `code=a&_cursor=${cursor}`;
    expect(refusal(other, { requester: 'you' })).toContain('_cursor');
    expect(refusal(other, { cursorKey: Buffer.alloc(32, 2) })).toContain('_cursor');
    expect(refusal(other, { patientId: '1' })).toContain('_cursor');
    expect(refusal(other, {}, 'Condition')).toContain('_cursor');
    expect(refusal(`code=b&_cursor=${cursor}`)).toContain('_cursor');
    expect(refusal(`code=a&_count=3&_cursor=${cursor}`)).toContain('_cursor');
    expect(refusal(`_cursor=${cursor}`)).toContain('_cursor');
  });

  it('is refused when any bit of it is changed', () => {
    const bytes = Buffer.from(cursor, 'base64url');
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = Buffer.from(bytes);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(refusal(`code=a&_cursor=${changed.toString('base64url')}`)).toContain('_cursor');
      }),
    );
    for (const text of [`${cursor}A`, cursor.slice(0, -1), `${cursor}=`, cursor.replace(/^./, ' $&')]) {
      expect(
        refusal([
          ['code', 'a'],
          ['_cursor', text],
        ]),
      ).toContain('_cursor');
    }
  });
});
