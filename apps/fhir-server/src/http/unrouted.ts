// RFC 9110 section 15.5.6: a method that a known URL does not take is 405 with Allow, an unknown URL is 404.
import { compartmentTypes } from '#libs/fhir-definitions';
import { type FhirError, methodNotAllowed, notFound } from '#libs/fhir-model';
import { operationAt } from '#libs/interactions';

const COMPARTMENT = `^/fhir/(?:${compartmentTypes().join('|')})/[^/$_]+`;

/** HEAD goes wherever GET does. */
const ROUTES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/fhir\/?$/, ['GET', 'POST']],
  [/^\/fhir\/_search$/, ['POST']],
  [/^\/fhir\/(metadata|_history)$/, ['GET']],
  [/^\/fhir\/_async\/[^/]+$/, ['GET', 'DELETE']],
  [/^\/fhir\/[A-Za-z]+$/, ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']],
  [/^\/fhir\/[A-Za-z]+\/_search$/, ['POST']],
  [new RegExp(`${COMPARTMENT}(?:/(?:[A-Za-z]+|\\*))?/_search$`), ['POST']],
  [new RegExp(`${COMPARTMENT}/(?:[A-Za-z]+|\\*)$`), ['GET']],
  [/^\/fhir\/[A-Za-z]+\/_history$/, ['GET']],
  [/^\/fhir\/[A-Za-z]+\/[^/$_]+$/, ['GET', 'PUT', 'PATCH', 'DELETE']],
  [/^\/fhir\/[A-Za-z]+\/[^/]+\/_history$/, ['GET']],
  [/^\/fhir\/[A-Za-z]+\/[^/]+\/_history\/[^/]+$/, ['GET']],
];

/** The refusal of a request that no route took. */
export function unrouted(method: string, url: string): FhirError {
  const path = url.split('?')[0] ?? '';
  const allowed = ROUTES.find(([pattern]) => pattern.test(path))?.[1] ?? operationMethods(path);
  const methods = allowed?.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one]));
  if (!methods || methods.includes(method)) return notFound();
  return methodNotAllowed(`${method} is not for this URL`, methods);
}

const OPERATION = /^\/fhir\/([A-Za-z]+)(?:\/([^/$_]+)(?:\/_history\/([^/$]+))?)?\/\$([a-z-]+)$/;

function operationMethods(path: string): readonly string[] | undefined {
  const [, type, id, version, name] = OPERATION.exec(path) ?? [];
  if (type === undefined || name === undefined) return undefined;
  const found = operationAt(name, {
    type,
    ...(id === undefined ? {} : { id }),
    ...(version === undefined ? {} : { version }),
  });
  if (found === undefined) return undefined;
  return found.affectsState ? ['POST'] : ['GET', 'POST'];
}
