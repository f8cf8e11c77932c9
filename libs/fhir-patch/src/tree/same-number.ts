// RFC 6902 section 4.6: numbers are equal if their values are; not only as far as a double can tell.

const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Whether two JSON numbers have the same value, however they are written. */
export function sameNumber(a: string, b: string): boolean {
  return a === b || normal(a) === normal(b);
}

/** Sign, digits without zeros at either end, and the exponent of the last digit. */
function normal(lexeme: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = PARTS.exec(lexeme) ?? [];
  const digits = whole + fraction;
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  const significant = digits.slice(0, end).replace(/^0+/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - end)}`;
}
