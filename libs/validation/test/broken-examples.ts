import type { JsonObject } from '#libs/fhir-json';
import { validateResource } from '#libs/validation';
import { clinicalFiles, example } from './example.js';
import type { Fault } from './mutation-in-depth.js';
import { typedNodes } from './typed-nodes.js';

const LONGEST = 50_000;

/** The valid clinical examples, but for the longest. */
export function validExamples(): { file: string; resource: JsonObject }[] {
  return clinicalFiles()
    .map((file) => ({ file, resource: example(file) }))
    .filter(({ resource }) => JSON.stringify(resource).length <= LONGEST)
    .filter(({ resource }) => validateResource(resource, { errorsOnly: true }).length === 0);
}

/** How many examples were broken so, another place in each `round`, and in which that was not found at its place. */
export function missedOf(examples: ReturnType<typeof validExamples>, { fits, apply }: Fault, round: number) {
  let made = 0;
  const missed = examples.flatMap(({ file, resource }, turn) => {
    const copy = structuredClone(resource);
    const nodes = typedNodes(copy).filter(fits);
    if (nodes.length === 0) return [];
    made++;
    const at = apply(nodes[(turn * 31 + round * 7) % nodes.length]!);
    return places(copy).includes(at) ? [] : [`${file} ${at}`];
  });
  return { made, missed };
}

function places(resource: JsonObject): (string | undefined)[] {
  return validateResource(resource, { errorsOnly: true }).map(({ expression }) => expression?.[0]);
}
