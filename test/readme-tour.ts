/** One step of the tour in README.md: a shell block, and the text block that says what it prints. */
export interface TourStep {
  commands: string;
  /** Lines with `...` for anything; undefined where the README shows none. */
  printed?: string;
}

/** The steps of the README, in order: every `sh` block, with the `text` block that follows it if one does. */
export function tourSteps(readme: string): TourStep[] {
  const blocks = [...readme.matchAll(/^```(sh|text)\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({
    kind,
    text: text ?? '',
  }));
  return blocks.flatMap(({ kind, text }, index) => {
    if (kind !== 'sh') return [];
    const next = blocks[index + 1];
    return [{ commands: text, ...(next?.kind === 'text' ? { printed: next.text } : {}) }];
  });
}

/** One shell script of all steps; before what step n prints stands the line `step n`. */
export function tourScript(steps: TourStep[]): string {
  return ['set -eu', ...steps.map(({ commands }, index) => `echo; echo 'step ${index}'\n${commands}`)].join('\n');
}

/** What each step printed, from the output of {@link tourScript}. */
export function printedBySteps(output: string): string[] {
  return output.split(/^step \d+\n/m).slice(1);
}

/** The pattern that a text block stands for. A line that is only `...` stands for any number of lines. */
export function pattern(printed: string): RegExp {
  const source = printed
    .trim()
    .split('...')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[\\s\\S]*');
  return new RegExp(`^${source}$`);
}
