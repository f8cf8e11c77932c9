// Units of what is calculated from quantities, in UCUM (ucum.org, sections 2.2 "Syntax Rules" and 2.4 "Special Units")

/** Of a Quantity, without its value; empty for a number that has none. */
export interface Unit {
  readonly unit?: string;
  readonly system?: string;
  readonly code?: string;
}

const UCUM = 'http://unitsofmeasure.org';
/** One unit with its exponent, and what is said about it in braces. */
const COMPONENT = /^(10[*^]|(?:[A-Za-z%'"_]|\[[^\]]*\])+)([+-]?\d+)?(\{[^}]*\})?$/;
const UNITY = /^(1|\{[^}]*\})$/;
/** On no scale of ratios, so that UCUM lets them be neither multiplied nor raised. */
const SPECIAL = /^(.{0,2}(Cel|Np|B(\[.*\])?)|\[(degF|degRe|pH|p'diop|hp'_[XCMQ])\]|%\[slope\]|bit_s)$/;

/** Empty where UCUM has no way to write it, or the unit is not in UCUM. */
export function squared({ system, code }: Unit): Unit {
  if (system !== UCUM || code === undefined) return {};
  const parts = code.split(/([./])/).map((part, index) => (index % 2 === 1 || part === '' ? part : raised(part)));
  if (code === '' || parts.includes(undefined)) return {};
  const text = parts.join('');
  return { unit: text, system, code: text };
}

/** In words only where UCUM has no way to write it, or the unit is not in UCUM. */
export function perHour({ unit, system, code }: Unit): Unit {
  const text = unit ?? code;
  if (text === undefined) return {};
  const isUcum = system === UCUM && code !== undefined && !SPECIAL.test(code);
  return { unit: `${text}/h`, ...(isUcum && { system, code: `${code}/h` }) };
}

function raised(part: string): string | undefined {
  if (UNITY.test(part)) return part;
  const [, symbol, exponent = '1', remark = ''] = COMPONENT.exec(part) ?? [];
  if (symbol === undefined || SPECIAL.test(symbol)) return undefined;
  return `${symbol}${Number(exponent) * 2}${remark}`;
}
