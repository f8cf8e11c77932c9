// FHIR R4, section 3.1.1.5.1 "Sorting".
import type { Hash64 } from './hash64.js';
import { malformed, NotSupported, shown } from './refusal.js';
import type { SortKey } from './search-request.js';
import { type ParameterPlan, typePlan } from './type-plan.js';

const MOST_KEYS = 4;

/** What rows a parameter is sorted by. Quantities are compared by their number, whatever the unit. */
const KINDS: Readonly<Record<string, { by: 'range' | 'string'; kinds: readonly (readonly string[])[] }>> = {
  string: { by: 'string', kinds: [['string']] },
  date: { by: 'range', kinds: [['date']] },
  number: { by: 'range', kinds: [['number'], ['span']] },
  quantity: {
    by: 'range',
    kinds: [
      ['any-unit', 'number'],
      ['any-unit', 'span'],
    ],
  },
};

/** `-date,_id`: keys in order of weight. @throws FhirError 400 naming what cannot be sorted by for all types. */
export function parseSort(types: readonly string[], text: string, hash64: Hash64): SortKey[] {
  const names = text.split(',');
  if (names.length > MOST_KEYS) throw malformed('_sort', `at most ${MOST_KEYS} keys`);
  const keys = names.map((name) => commonKey(types, name.trim(), hash64));
  // Nothing can be ordered further by what follows a key that differs for every resource.
  const unique = keys.findIndex(({ by }) => by === 'id' || by === 'pid');
  return unique < 0 ? keys : keys.slice(0, unique + 1);
}

/** What is sorted by in one way for one type and in another for another is one order for neither. */
function commonKey(types: readonly string[], name: string, hash64: Hash64): SortKey {
  const [first, ...more] = types.map((type) => sortKey(type, name, hash64));
  if (first === undefined) return { by: 'pid', descending: true };
  if (!('params' in first)) return first;
  const params = more.flatMap((key) => ('params' in key && key.by === first.by ? key.params : differs(name)));
  return { ...first, params: [...first.params, ...params] };
}

function differs(name: string): never {
  throw new NotSupported(`_sort: parameter ${shown(name)} is not the same for all types`);
}

function sortKey(type: string, name: string, hash64: Hash64): SortKey {
  const descending = name.startsWith('-');
  const code = descending ? name.slice(1) : name;
  if (code === '_id') return { by: 'id', descending };
  if (code === '_lastUpdated') return { by: 'pid', descending };
  const parameter = typePlan(type).parameters.get(code);
  if (!parameter) throw new NotSupported(`_sort: parameter ${shown(code)} is not known for ${type}`);
  return { ...rowsOf(type, parameter, hash64), descending };
}

function rowsOf(type: string, { code, type: kind, keys }: ParameterPlan, hash64: Hash64) {
  const sorted = KINDS[kind];
  if (!sorted) throw new NotSupported(`_sort: cannot sort by ${shown(code)}, a parameter of type ${kind}`);
  const params = keys.flatMap((key) => sorted.kinds.map((parts) => hash64(type, key, ...parts)));
  return { by: sorted.by, params };
}
