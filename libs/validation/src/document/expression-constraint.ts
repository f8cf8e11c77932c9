// SNOMED CT Expression Constraint Language 2.1, as far as it takes to tell an expression from none.
const TOKEN =
  /\s*(?:(?<operator><<!?|<!?|>>!?|>!?|\^|!)|(?<operand>\d{6,18}|\*|any)|(?<term>\|[^|]*\|)|(?<join>and|or|minus|,)(?![A-Za-z])|(?<open>\()|(?<close>\))|(?<more>[:.{]))/iy;

/** What is wrong with an expression; what follows a colon, dot or brace (refinements, filters) is not looked at. */
export function expressionConstraintFault(text: string): string | undefined {
  return new Reader(text).fault();
}

class Reader {
  private depth = 0;
  private wantsOperand = true;

  constructor(private readonly text: string) {}

  fault(): string | undefined {
    const pattern = new RegExp(TOKEN);
    while (pattern.lastIndex < this.text.trimEnd().length) {
      const at = pattern.lastIndex;
      const groups = pattern.exec(this.text)?.groups;
      if (!groups) return `nothing of the language begins at character ${at + 1}`;
      if (groups.more !== undefined)
        return this.wantsOperand ? `a concept is missing before character ${at + 1}` : undefined;
      if (!this.take(groups)) return `it is broken at character ${at + 1}`;
    }
    if (this.wantsOperand) return 'a concept is missing at the end';
    return this.depth === 0 ? undefined : 'a bracket is not closed';
  }

  private take({ operator, operand, term, join, open, close }: Readonly<Record<string, string | undefined>>): boolean {
    if (term !== undefined) return !this.wantsOperand;
    if ((operator ?? operand ?? open) === undefined) {
      if (this.wantsOperand) return false;
      if (join !== undefined) this.wantsOperand = true;
      if (close !== undefined) this.depth--;
      return this.depth >= 0;
    }
    if (!this.wantsOperand) return false;
    if (open !== undefined) this.depth++;
    if (operand !== undefined) this.wantsOperand = false;
    return true;
  }
}
