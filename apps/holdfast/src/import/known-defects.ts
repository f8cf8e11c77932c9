import { readFileSync } from 'node:fs';
import type { Loaded } from './load.js';

/** Why an example must be refused, by its file name. */
export type KnownDefects = Record<string, string>;

/** The examples that break the specification they illustrate, from the data file beside this one. */
export function knownDefects(): KnownDefects {
  return JSON.parse(readFileSync(new URL('./known-defects.json', import.meta.url), 'utf8')) as KnownDefects;
}

/** Where the refusals and the known defects do not agree, each as `name: reason`. */
export function defectFailures({ stored, refused }: Loaded, defects: KnownDefects): string[] {
  const isKnown = (name: string) => Object.hasOwn(defects, name);
  const unknown = refused.filter(({ name }) => !isKnown(name)).map(({ name, reason }) => `${name}: refused: ${reason}`);
  const accepted = stored
    .filter(({ name }) => isKnown(name))
    .map(({ name }) => `${name}: a known defect, but accepted`);
  const seen = new Set([...stored, ...refused].map(({ name }) => name));
  const absent = Object.keys(defects).filter((name) => !seen.has(name));
  return [...unknown, ...accepted, ...absent.map((name) => `${name}: a known defect, but no such example`)];
}
