import type { Checked } from './check.js';
import type { KnownDefects } from './known-defects.js';
import type { Loaded } from './load.js';

const LONGEST_LIST = 100;

/** What an import prints at its end: counts, refusals with their reasons, and what is left over. */
export function report(
  loaded: Loaded,
  checked: Checked | undefined,
  defects: KnownDefects,
  failures: string[],
): string {
  const counts: [string, number][] = [
    ['stored', loaded.count],
    ...(checked ? checkedCounts(checked) : []),
    ['refused', loaded.refused.length],
  ];
  const refused = loaded.refused.map(({ name, reason }) => `${name}: ${defects[name] ?? reason}`);
  return [
    ...counts.map(([name, count]) => `${name.padEnd(20)}${count}`),
    ...list('refused:', refused),
    ...list('left over:', failures),
    '',
  ].join('\n');
}

function checkedCounts({ equal, anchored, verified, withheld, shownToPatient }: Checked): [string, number][] {
  return [
    ['equal', equal],
    ['events anchored', anchored],
    ['verified', verified],
    ['withheld', withheld],
    ['  shown to patient', shownToPatient],
  ];
}

function list(title: string, lines: string[]): string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, LONGEST_LIST).map((line) => `  ${line}`);
  const more = lines.length > LONGEST_LIST ? [`  and ${lines.length - LONGEST_LIST} more`] : [];
  return ['', title, ...shown, ...more];
}
