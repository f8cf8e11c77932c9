// FHIR R4, sections 3.1.1.4.1 "_id" and 3.1.1.4.2 "_lastUpdated".
import { isId } from '#libs/fhir-model';
import { dateQuery } from './date.js';
import { splitEscaped, unescaped } from './escape.js';
import { MOST_ALTERNATIVES } from './limits.js';
import { splitPrefix } from './range-test.js';
import { malformed, NotSupported, shown } from './refusal.js';
import type { SearchOptions } from './search-options.js';
import type { Condition } from './search-request.js';

/** Conditions for the two parameters that are columns; undefined for all others. */
export function columnConditions(
  code: string,
  modifier: string | undefined,
  name: string,
  value: string,
  options: SearchOptions,
): Condition[] | undefined {
  if (code !== '_id' && code !== '_lastUpdated') return undefined;
  if (modifier !== undefined) throw new NotSupported(`Parameter ${shown(name)}: ${code} has no modifiers here`);
  const parts = splitEscaped(value, ',', MOST_ALTERNATIVES + 1);
  if (parts.length > MOST_ALTERNATIVES) throw malformed(name, `at most ${MOST_ALTERNATIVES} values joined by comma`);
  return parts.map((part) => (code === '_id' ? idCondition(part, name) : timeCondition(part, name, options)));
}

/** What can be no id is no error: it is nobody's. */
function idCondition(text: string, name: string): Condition {
  const id = unescaped(text, name);
  if (id === '') throw malformed(name, 'the value is empty');
  return { on: 'id', id: isId(id) ? id : '' };
}

function timeCondition(text: string, name: string, { now }: SearchOptions): Condition {
  const [prefix, date] = splitPrefix(text);
  const test = dateQuery(prefix, date, now ?? Date.now());
  if (!test) throw malformed(name, 'a date is YYYY, YYYY-MM, YYYY-MM-DD or a date with a time');
  return { on: 'lastUpdated', test: test['date-long'] };
}
