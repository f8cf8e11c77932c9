// FHIR R4, section 3.1.1.4.6 "number": the precision that a decimal implies.

export interface Decimal {
  readonly value: number;
  /** Half a unit of the last digit written: 1.0 is 1 ± 0.05, 1.00 is 1 ± 0.005, 1e2 is 100 ± 50. */
  readonly half: number;
}

const DECIMAL = /^-?\d{1,100}(?:\.(\d{1,100}))?(?:[eE]([+-]?\d{1,4}))?$/;

/** Undefined for what is no decimal, or too large for a double. */
export function decimal(lexeme: string): Decimal | undefined {
  const match = DECIMAL.exec(lexeme);
  if (!match) return undefined;
  const value = Number(lexeme);
  const lastDigit = Number(match[2] ?? 0) - (match[1]?.length ?? 0);
  return Number.isFinite(value) ? { value, half: 0.5 * 10 ** lastDigit } : undefined;
}
