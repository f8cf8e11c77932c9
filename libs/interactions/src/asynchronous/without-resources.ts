// FHIR R4 bundle.html: what became of each entry, without the resources.
import { elements, members } from '#libs/fhir-json';

/** A Bundle of responses whose entries hold no resource any more; all else is kept as it is. */
export function withoutResources(text: string): string {
  const list = [...members(text, 0)].find(({ name }) => name === 'entry');
  if (list === undefined) return text;
  const entries = [...elements(text, list.start)].map(({ start, end }) => bare(text.slice(start, end)));
  return `${text.slice(0, list.start)}[${entries.join(',')}]${text.slice(list.end)}`;
}

function bare(entry: string): string {
  const kept = [...members(entry, 0)].filter(({ name }) => name !== 'resource');
  return `{${kept.map(({ name, start, end }) => `${JSON.stringify(name)}:${entry.slice(start, end)}`).join(',')}}`;
}
