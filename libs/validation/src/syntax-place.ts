// FHIR R4, OperationOutcome.issue.expression, of a text that is no JSON: as far as the text tells where its fault is.
import { expression } from './expression.js';

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+/gs;

interface Open {
  readonly isList: boolean;
  /** The name before the value that is being read. */
  name: string | undefined;
  index: number;
  /** A value has been read, and no comma after it. */
  isDone: boolean;
}

/** The element in which a text breaks off, if it says before of which type it is; `before` is what stands before the fault. */
export function syntaxExpression(before: string): string | undefined {
  const open: Open[] = [];
  let type: string | undefined;
  for (const [token] of before.matchAll(TOKEN)) {
    if (open.length === 1 && open[0]?.name === 'resourceType') type ??= /^"([A-Za-z]+)"$/.exec(token)?.[1];
    take(open, token);
  }
  return type === undefined || open.length === 0 ? undefined : expression(type, null, open.map(step).join(''));
}

function take(open: Open[], token: string): void {
  const within = open.at(-1);
  if (token === '{' || token === '[') open.push({ isList: token === '[', name: undefined, index: 0, isDone: false });
  else if (token === '}' || token === ']') {
    open.pop();
    done(open.at(-1));
  } else if (token === ',' && within) {
    Object.assign(within, { index: within.index + 1, name: undefined, isDone: false });
  } else if (within && !within.isList && within.name === undefined && token.startsWith('"')) {
    within.name = token.slice(1, -1);
  } else if (token !== ':') done(within);
}

function done(within: Open | undefined): void {
  if (within) within.isDone = true;
}

function step({ isList, name, index, isDone }: Open): string {
  if (isDone) return '';
  if (isList) return `/${index}`;
  return name === undefined ? '' : `/${name}`;
}
