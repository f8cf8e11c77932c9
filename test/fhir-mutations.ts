import { elements, members, type Span } from '#libs/fhir-json';

/** One example that something went wrong with. */
export interface Mutation {
  kind: 'node deleted' | 'node doubled' | 'node retyped' | 'byte flipped';
  bytes: Uint8Array;
}

/** A member or an element in a text, and its neighbours. */
interface Node {
  /** The value without a name. */
  value: Span;
  /** Where it starts, its name included. */
  start: number;
  previousEnd?: number;
  nextStart?: number;
}

type Pick = (below: number) => number;

const KINDS: Mutation['kind'][] = ['node deleted', 'node doubled', 'node retyped', 'byte flipped'];

/** Values of every JSON type, some with an edge. */
const OTHER_VALUES = ['null', 'true', '"x"', '""', '0', '-1.50', '1e2', '[]', '{}', '[[]]', '{"x":null}', '[null]'];

/**
 * `count` mutations of a JSON text, the same for the same arguments. Each differs from `bytes`. Those of a node leave
 * all else byte for byte as it was and are JSON, but that a doubled member is a duplicate name; a flipped byte may leave
 * anything. A text without nodes only has bytes flipped.
 */
export function mutations(bytes: Uint8Array, seed: number, count: number): Mutation[] {
  const pick = generator(seed);
  const text = new TextDecoder().decode(bytes);
  const nodes = [...nodesOf(text, { start: 0, end: text.length })];
  return Array.from({ length: count }, () => {
    const kind = nodes.length > 0 ? oneOf(KINDS, pick) : 'byte flipped';
    if (kind === 'byte flipped') return { kind, bytes: flipped(bytes, pick) };
    return { kind, bytes: Buffer.from(mutated(text, oneOf(nodes, pick), kind, pick)) };
  });
}

function mutated(text: string, node: Node, kind: Mutation['kind'], pick: Pick): string {
  const { value, start } = node;
  if (kind === 'node deleted') return without(text, node);
  if (kind === 'node doubled')
    return `${text.slice(0, value.end)},${text.slice(start, value.end)}${text.slice(value.end)}`;
  return text.slice(0, value.start) + otherValue(text, value, pick) + text.slice(value.end);
}

function without(text: string, { value, start, previousEnd, nextStart }: Node): string {
  if (nextStart !== undefined) return text.slice(0, start) + text.slice(nextStart);
  return text.slice(0, previousEnd ?? start) + text.slice(value.end);
}

/** The value wrapped in a string or an array, or one of another type. */
function otherValue(text: string, { start, end }: Span, pick: Pick): string {
  const value = text.slice(start, end);
  const others = OTHER_VALUES.filter((other) => typeOf(other) !== typeOf(value));
  return oneOf([...others, JSON.stringify(value), `[${value}]`], pick);
}

function typeOf(literal: string): string {
  const first = literal.charAt(0);
  return /[-0-9]/.test(first) ? 'number' : first;
}

function flipped(bytes: Uint8Array, pick: Pick): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = pick(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << pick(8));
  return copy;
}

function* nodesOf(text: string, container: Span): Generator<Node> {
  const isObject = text.startsWith('{', container.start);
  if (!isObject && !text.startsWith('[', container.start)) return;
  const values = [...(isObject ? members : elements)(text, container.start)];
  const starts = values.map((value, i) =>
    isObject ? text.indexOf('"', values[i - 1]?.end ?? container.start) : value.start,
  );
  for (const [i, value] of values.entries()) {
    yield { value, start: starts[i] ?? value.start, previousEnd: values[i - 1]?.end, nextStart: starts[i + 1] };
    yield* nodesOf(text, value);
  }
}

function oneOf<T>(list: T[], pick: Pick): T {
  const found = list[pick(list.length)];
  if (found === undefined) throw new RangeError('There is nothing to choose from');
  return found;
}

/** Marsaglia's xorshift with 32 bits of state: plenty for choosing, and the same on every machine. */
function generator(seed: number): Pick {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
