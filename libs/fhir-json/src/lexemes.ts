/** The numbers of one document whose text is not the one that JavaScript would write. */
export class Lexemes {
  private readonly kept = new Map<object, Map<string | number, string>>();

  /** Remembers how `holder[key]`, equal to `value`, was written, if that cannot be told from the value. */
  note(holder: object, key: string | number, value: number, lexeme: string): void {
    if (String(value) === lexeme) return;
    const ofHolder = this.kept.get(holder);
    if (ofHolder) ofHolder.set(key, lexeme);
    else this.kept.set(holder, new Map([[key, lexeme]]));
  }

  of(holder: object, key: string | number): string {
    const value: unknown = Reflect.get(holder, key);
    if (typeof value !== 'number') throw new TypeError('Only a number has a lexeme');
    const kept = this.kept.get(holder);
    return kept?.get(Array.isArray(holder) ? Number(key) : key) ?? String(value);
  }
}
