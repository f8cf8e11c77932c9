// FHIRPath N1, sections "String Manipulation", "Conversion", "Math".
import { answer, type Environment, NOTHING, type Run } from './environment.js';
import { type PathFunction, taking } from './functions.js';
import type { Item } from './item.js';
import { matches, replaceMatches } from './pattern.js';
import { numberOf, textOf } from './value.js';

type Result = string | number | boolean | undefined;

function items(result: Result): readonly Item[] {
  if (result === undefined) return NOTHING;
  return typeof result === 'boolean' ? answer(result) : [result];
}

/** On one text, with texts as arguments. */
function onText(count: number, compute: (text: string, ...rest: string[]) => Result): PathFunction {
  return taking(count, count, (subject, runs) => (focus, environment) => {
    const text = textOf(subject(focus, environment));
    const rest = runs.map((run) => textOf(run(focus, environment)));
    if (text === undefined || rest.includes(undefined)) return NOTHING;
    return items(compute(text, ...(rest as string[])));
  });
}

function onNumber(compute: (value: number) => number): PathFunction {
  return taking(0, 0, (subject) => (focus, environment) => {
    const value = numberOf(subject(focus, environment));
    return value === undefined ? NOTHING : items(compute(value));
  });
}

function numeric(run: Run | undefined, focus: readonly Item[], environment: Environment): number | undefined {
  return run && numberOf(run(focus, environment));
}

const substring = taking(1, 2, (subject, [start, length]) => (focus, environment) => {
  const text = textOf(subject(focus, environment));
  const from = numeric(start, focus, environment);
  if (text === undefined || from === undefined || from < 0 || from >= text.length) return NOTHING;
  const count = numeric(length, focus, environment);
  return items(count === undefined ? text.slice(from) : text.slice(from, from + Math.max(0, count)));
});

const toInteger = onText(0, (text) => (/^[+-]?\d+$/.test(text) ? Number(text) : booleanNumber(text)));
const toDecimal = onText(0, (text) => (/^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : booleanNumber(text)));
const toBoolean = onText(0, (text) => {
  if (/^(?:true|t|yes|y|1|1\.0)$/i.test(text)) return true;
  return /^(?:false|f|no|n|0|0\.0)$/i.test(text) ? false : undefined;
});

function booleanNumber(text: string): number | undefined {
  return text === 'true' || text === 'false' ? Number(text === 'true') : undefined;
}

/** Whether a conversion has a result. */
function converts({ make }: PathFunction): PathFunction {
  return taking(0, 0, (subject, runs, trees) => {
    const convert = make(subject, runs, trees);
    return (focus, environment) => {
      if (subject(focus, environment).length === 0) return NOTHING;
      return answer(convert(focus, environment).length > 0);
    };
  });
}

export const TEXT: Readonly<Record<string, PathFunction>> = {
  startsWith: onText(1, (text, start) => text.startsWith(start)),
  endsWith: onText(1, (text, end) => text.endsWith(end)),
  contains: onText(1, (text, part) => text.includes(part)),
  indexOf: onText(1, (text, part) => text.indexOf(part)),
  upper: onText(0, (text) => text.toUpperCase()),
  lower: onText(0, (text) => text.toLowerCase()),
  length: onText(0, (text) => text.length),
  trim: onText(0, (text) => text.trim()),
  replace: onText(2, (text, pattern, by) => text.replaceAll(pattern, () => by)),
  matches: onText(1, matches),
  replaceMatches: onText(2, replaceMatches),
  toString: onText(0, (text) => text),
  substring,
  toInteger,
  toDecimal,
  toBoolean,
  convertsToInteger: converts(toInteger),
  convertsToDecimal: converts(toDecimal),
  convertsToBoolean: converts(toBoolean),
  abs: onNumber(Math.abs),
  ceiling: onNumber(Math.ceil),
  floor: onNumber(Math.floor),
  truncate: onNumber(Math.trunc),
  sqrt: onNumber(Math.sqrt),
  toChars: taking(0, 0, (subject) => (focus, environment) => Array.from(textOf(subject(focus, environment)) ?? '')),
  split: taking(1, 1, (subject, [separator]) => (focus, environment) => {
    const text = textOf(subject(focus, environment));
    return text === undefined ? NOTHING : text.split(textOf(separator!(focus, environment)) ?? ',');
  }),
  join: taking(0, 1, (subject, [separator]) => (focus, environment) => {
    const between = separator ? (textOf(separator(focus, environment)) ?? '') : '';
    return [
      subject(focus, environment)
        .map((item) => textOf([item]) ?? '')
        .join(between),
    ];
  }),
};
