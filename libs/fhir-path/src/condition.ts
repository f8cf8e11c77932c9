// FHIRPath N1, sections "Boolean logic", "Equality", "exists".
import { chains, follower } from './chains.js';
import { Unsupported } from './lexer.js';
import type { Place } from './model.js';
import type { Expression, Step } from './syntax.js';

/** True, false, or empty. */
export type Condition = (focus: object, root: object) => boolean | undefined;

/** @throws Unsupported for what is no comparison with a literal, `exists()`, `and` or `or`. */
export function condition(expression: Expression, focus: Place, resource: Place): Condition {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return logic(
        expression.kind,
        condition(expression.left, focus, resource),
        condition(expression.right, focus, resource),
      );
    case '=':
    case '!=':
      return comparison(expression.kind === '=', expression, focus, resource);
    case 'path':
      return exists(expression, focus, resource);
    default:
      throw new Unsupported(expression.kind);
  }
}

/** Three-valued: what decides alone (false of `and`, true of `or`) wins over empty. */
function logic(operator: 'and' | 'or', left: Condition, right: Condition): Condition {
  const decides = operator === 'or';
  return (focus, root) => {
    const one = left(focus, root);
    if (one === decides) return decides;
    const other = right(focus, root);
    if (other === decides) return decides;
    return one === undefined || other === undefined ? undefined : !decides;
  };
}

function comparison(
  equal: boolean,
  { left, right }: { left: Expression; right: Expression },
  focus: Place,
  resource: Place,
): Condition {
  if (right.kind !== 'literal') throw new Unsupported('comparison');
  const select = follower(chains(left, focus, resource));
  return (value, root) => {
    const found = select(value, root);
    if (found.length === 0) return undefined;
    return (found.length === 1 && found[0]!.value === right.value) === equal;
  };
}

function exists(expression: Expression & { kind: 'path' }, focus: Place, resource: Place): Condition {
  const last: Step | undefined = expression.steps.at(-1);
  if (last?.kind !== 'exists') throw new Unsupported('condition');
  const select = follower(chains({ ...expression, steps: expression.steps.slice(0, -1) }, focus, resource));
  return (value, root) => select(value, root).length > 0;
}
