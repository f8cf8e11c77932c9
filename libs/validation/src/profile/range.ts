// FHIR R4, ElementDefinition.minValue[x] and maxValue[x].
import { isMembers } from '../document/json.js';
import { quote } from '../words.js';

/** The least and the most that a number, a date or a Quantity may be. */
export class ValueRange {
  constructor(
    private readonly least: unknown,
    private readonly most: unknown,
  ) {}

  fault(value: unknown): string | undefined {
    const found = comparable(value);
    const least = comparable(this.least);
    const most = comparable(this.most);
    if (least !== undefined && isLess(found, least)) return `is ${quote(found)}, expected at least ${quote(least)}`;
    return most !== undefined && isLess(most, found)
      ? `is ${quote(found)}, expected at most ${quote(most)}`
      : undefined;
  }
}

function comparable(value: unknown): unknown {
  return isMembers(value) ? value.value : value;
}

/** Dates are compared as far as both are given. */
function isLess(left: unknown, right: unknown): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  if (typeof left !== 'string' || typeof right !== 'string') return false;
  const length = Math.min(left.length, right.length, 'YYYY-MM-DDThh:mm:ss'.length);
  return left.slice(0, length) < right.slice(0, length);
}
