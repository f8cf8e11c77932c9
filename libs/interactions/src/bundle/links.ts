// FHIR R4 bundle.html#references: what a reference among the entries points to.
import { badRequest } from '#libs/fhir-model';
import type { NewLink } from '../references/rewrite.js';
import { atEntry } from './entry.js';
import type { PlannedEntry } from './planned-entry.js';
import type { Resolution } from './resolution.js';

const RESTFUL = /^(https?:\/\/.+)\/[A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/;
const RELATIVE = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/;

/** From the fullUrl of an entry to the resource that it becomes. @throws FhirError 400 where two entries have one fullUrl. */
export function linksOf(plans: readonly PlannedEntry[], { matches }: Resolution): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const plan of plans) {
    const { fullUrl, writes, method, index, request } = plan;
    if (fullUrl === undefined || !writes || method === 'DELETE') continue;
    if (links.has(fullUrl)) throw atEntry(badRequest('Two entries have the same fullUrl'), index, false);
    const id = request.id ?? matches.get(index)?.[0]?.id ?? plan.givenId ?? request.newId;
    links.set(fullUrl, `${request.type}/${id}`);
  }
  return links;
}

/**
 * What becomes of a link in an entry: what names another entry by its fullUrl, or relative to the place that its own fullUrl
 * says it comes from; and conditional references. A link to what keeps its name stays as it is.
 */
export function newLink(
  links: ReadonlyMap<string, string>,
  { references }: Resolution,
  { fullUrl }: PlannedEntry,
): NewLink {
  const root = fullUrl === undefined ? undefined : RESTFUL.exec(fullUrl)?.[1];
  return (link, isReference) => {
    const mark = link.indexOf('#');
    const whole = mark > 0 ? link.slice(0, mark) : link;
    const target = links.get(whole) ?? (isReference ? references.get(link) : undefined) ?? relative(whole);
    if (target === undefined || whole === target || whole.endsWith(`/${target}`)) return undefined;
    return mark > 0 ? target + link.slice(mark) : target;
  };

  function relative(link: string): string | undefined {
    return root !== undefined && RELATIVE.test(link) ? links.get(`${root}/${link}`) : undefined;
  }
}
