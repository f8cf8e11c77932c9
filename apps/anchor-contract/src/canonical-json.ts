// RFC 8785: the one JSON text of a flat object whose values are strings, safe integers or lists of strings

export type Flat = Record<string, string | number | readonly string[]>;

/** Members in the order of their names, no whitespace. Peers that endorse must store the same bytes. */
export function canonicalJson(value: Flat): string {
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(value[name])}`);
  return `{${members.join(',')}}`;
}
