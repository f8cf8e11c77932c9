// FHIR R4, section 2.4.0.2 "Extensions": defined, where they may stand, and with what in them: https://hl7.org/fhir/R4/defining-extensions.html#context
import type { ExtensionContext } from '#libs/fhir-definitions';
import { isSubtype, OutOfSteps, selection } from '#libs/fhir-path';
import { isMembers, text } from '../document/json.js';
import type { Report } from '../report.js';
import { withoutVersion } from '../terminology/terminology.js';
import { typePlan } from '../walk/type-plan.js';
import type { ExtensionVisit } from '../walk/visits.js';
import { quote } from '../words.js';
import { rootItem } from './item.js';
import { type Document, ProfileCheck } from './profile-check.js';
import type { ReadyProfile } from './profiles.js';

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** Against its definition if that is held; one that is not held gives a warning, and the parts of another are checked with it. */
export function checkExtension(report: Report, document: Document, visit: ExtensionVisit): void {
  const { value, at, scope } = visit;
  const url = text(value.url);
  if (url === undefined) return;
  const isPart = visit.holder.kind.type === 'Extension' && !ABSOLUTE.test(url);
  if (isPart) return;
  if (!ABSOLUTE.test(url))
    report.error('value', `${at}/url`, `the url of an extension is ${quote(url)}, expected an absolute URL`);
  if (url.includes('|'))
    report.error('value', `${at}/url`, `the url of an extension is ${quote(url)}, expected it without a version`);
  const canonical = withoutVersion(url);
  const profile = document.definitions.profiles.get(canonical);
  if (!profile) {
    report.warnOnce(
      `extension ${url}`,
      'not-found',
      at,
      `the extension ${quote(url)} is not held, so it was not checked`,
    );
    return;
  }
  if (profile.type !== 'Extension') {
    report.error('structure', at, `${quote(url)} is a profile on ${profile.type}, expected an extension`);
    return;
  }
  if (!isPlaced(profile, visit)) {
    const places = (profile.context ?? []).map(({ expression }) => expression).join(', ');
    const message = `the extension ${quote(url)} may not stand here (${visit.paths.at(-1)}), expected ${places}`;
    report.add(STRAYED.has(canonical) ? 'warning' : 'error', 'structure', at, message, profile.url);
  }
  new ProfileCheck(document, report, scope, profile.url).value(
    { ...rootItem(value, at), kind: extensionKind(visit) },
    profile.plan,
  );
}

/** FHIR R4 itself puts these into other places than it defines them for. */
const STRAYED = new Set(
  ['structuredefinition-normative-version', 'structuredefinition-fhir-type', 'valueset-concept-comments', 'regex'].map(
    (name) => `http://hl7.org/fhir/StructureDefinition/${name}`,
  ),
);

function extensionKind({ holder }: ExtensionVisit) {
  return holder.kind.named('extension')[0]!.kind;
}

function isPlaced({ context }: ReadyProfile, visit: ExtensionVisit): boolean {
  return !context || context.length === 0 || context.some((each) => isIn(each, visit));
}

function isIn({ type, expression }: ExtensionContext, visit: ExtensionVisit): boolean {
  if (type === 'extension') return isMembers(visit.holder.value) && visit.holder.value.url === expression;
  if (type === 'fhirpath') return isSelected(expression, visit);
  const stated = expression.replace('[x]', '');
  return visit.paths.some((path) => path === stated || path === expression || isBase(path, expression));
}

/** `Element` is everything; `Quantity` is also an Age. */
function isBase(path: string, expression: string): boolean {
  if (expression === 'Element') return true;
  return !path.includes('.') && (CANONICAL.has(expression) ? isCanonical(path) : isSubtype(path, expression));
}

/** What later releases call the resources that have a URL. */
const CANONICAL = new Set(['CanonicalResource', 'MetadataResource']);

function isCanonical(type: string): boolean {
  return isSubtype(type, 'Resource') && typePlan(type)?.members.get('url')?.type === 'uri';
}

/** By identity: is the holder among what the expression selects? What cannot be read is let pass. */
function isSelected(expression: string, { holder, scope }: ExtensionVisit): boolean {
  try {
    return selection(expression)(scope.rootResource, scope).some(({ value }) => value === holder.value);
  } catch (error) {
    if (error instanceof OutOfSteps) throw error;
    return true;
  }
}
