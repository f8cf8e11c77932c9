// HTML 4.0 chapters 7-11 and 15 without forms and objects, as FHIR R4 narrative.html#id1.3 allows them.
const ELEMENTS =
  'a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img ' +
  'kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt u ul var ins del s strike center font nobr';
const EVERYWHERE = 'id class style title lang xml:lang dir accesskey tabindex xmlns xml:space';
const OF_TABLES = 'align valign char charoff width height bgcolor abbr axis headers scope rowspan colspan nowrap span';

const OWN: Readonly<Record<string, string>> = {
  a: 'href name rel rev hreflang charset type target shape coords',
  area: 'href alt shape coords nohref',
  bdo: '',
  blockquote: 'cite',
  br: 'clear',
  caption: 'align',
  del: 'cite datetime',
  div: 'align',
  font: 'size color face',
  hr: 'align noshade size width',
  img: 'src alt longdesc name height width usemap ismap align border hspace vspace',
  ins: 'cite datetime',
  li: 'type value',
  map: 'name',
  ol: 'type start compact',
  p: 'align',
  pre: 'width',
  q: 'cite',
  table: 'summary width border frame rules cellspacing cellpadding align bgcolor',
  ul: 'type compact',
};

const elements = new Set(ELEMENTS.split(' '));
const everywhere = new Set(EVERYWHERE.split(' '));
const ofTables = new Set(OF_TABLES.split(' '));
const own = new Map(Object.entries(OWN).map(([name, names]) => [name, new Set(names.split(' '))]));

export function isAllowedElement(name: string): boolean {
  return elements.has(name);
}

export function isAllowedAttribute(element: string, name: string): boolean {
  if (everywhere.has(name) || own.get(element)?.has(name)) return true;
  return /^h[1-6]$/.test(element) ? name === 'align' : /^t|^col/.test(element) && ofTables.has(name);
}
